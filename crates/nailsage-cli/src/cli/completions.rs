//! Options of `nailsage completions`.

use clap::Args;
use clap_complete::Shell;

/// Print what completes commands and options in a shell.
#[derive(Debug, Args)]
#[command(after_help = "How to install it:
  bash        nailsage completions bash > ~/.local/share/bash-completion/completions/nailsage
  zsh         nailsage completions zsh > ~/.zfunc/_nailsage
              and in ~/.zshrc: fpath+=(~/.zfunc); autoload -Uz compinit; compinit
  fish        nailsage completions fish > ~/.config/fish/completions/nailsage.fish
  powershell  nailsage completions powershell >> $PROFILE
  elvish      nailsage completions elvish >> ~/.config/elvish/rc.elv

The folder has to be there (mkdir -p), and it counts from the next shell on. After an update of nailsage, do it again.")]
pub(crate) struct CompletionsArgs {
    /// Which shell
    pub(crate) shell: Shell,
}

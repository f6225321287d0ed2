//! `nailsage completions`: a script for each shell.

use std::process::Command;

use crate::common::Folder;

#[test]
fn every_shell_gets_a_script_that_knows_the_commands() {
    let folder = Folder::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = folder.ok(&["completions", shell]);
        for word in ["nailsage", "withdraw", "min-severity", "local"] {
            assert!(script.contains(word), "{shell} does not know {word}");
        }
    }
    let run = folder.run(&["completions", "tcsh"]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("possible values: bash, elvish, fish, powershell, zsh"), "{run:?}");
}

#[test]
#[cfg(unix)]
fn bash_completes_with_it() {
    let folder = Folder::new();
    folder.write("nailsage.bash", folder.ok(&["completions", "bash"]).as_bytes());
    let complete = ". ./nailsage.bash; COMP_WORDS=(nailsage events t); COMP_CWORD=2; \
         _nailsage nailsage t events; echo \"${COMPREPLY[@]}\"";
    let output = Command::new("bash").args(["-c", complete]).current_dir(folder.path()).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "tail\n", "{output:?}");
}

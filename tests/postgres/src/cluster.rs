//! A server made from PostgreSQL's programs, in a temporary folder and for one test process.

use std::{
    fmt::Write as _,
    fs::{self, OpenOptions},
    io::Write as _,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::Arc,
    thread,
    time::Duration,
};

use crate::{
    account::Account,
    binaries::Binaries,
    certificates::Certificates,
    database::{Address, Database, Databases},
    freeze,
    given::OLDEST,
    random, setup,
    supervisor::Supervisor,
};

/// The owner of everything on servers that the tests make.
pub(crate) const USER: &str = "nailsage";

/// What this server is set to. Nothing here makes a commit less durable than it is by default: the store insists on it.
const SETTINGS: &[(&str, &str)] = &[
    ("listen_addresses", "127.0.0.1"),
    // The path of a socket in a temporary folder may be longer than a socket's may be.
    ("unix_socket_directories", ""),
    ("max_connections", "200"),
    ("shared_buffers", "64MB"),
    // Enough for what tests write at once; the log's old files are what fills a folder in memory.
    ("max_wal_size", "256MB"),
    ("lc_messages", "C"),
];

/// How TLS is switched on. Paths start in the data folder.
const TLS: &[(&str, &str)] = &[("ssl", "on"), ("ssl_cert_file", "../server.crt"), ("ssl_key_file", "../server.key")];

/// Makes the data folder. The data need not outlive the machine, so that nothing has to be synchronised yet.
const INITDB: &str = concat!(
    r#""$bin/initdb" --pgdata="$home/data" --username="$user" --pwfile="$home/password" "#,
    "--auth=scram-sha-256 --encoding=UTF8 --locale=C --no-sync"
);

/// Returns when the server takes connections, or has given up.
const START: &str = r#""$bin/pg_ctl" --pgdata="$home/data" --log="$home/server.log" --wait --timeout=60 start"#;

/// The postmaster sends its children SIGQUIT and, after five seconds, SIGKILL.
const STOP: &str = r#""$bin/pg_ctl" --pgdata="$home/data" --mode=immediate --wait --timeout=30 stop"#;

/// What is frozen hears no other signal. A file that appears while the folder is removed is met by the second try.
const CLEAN_UP: &str = r#"
[ -z "$frozen" ] || kill -CONT $frozen
if ! "$bin/pg_ctl" --pgdata="$home/data" --mode=immediate --wait --timeout=30 stop; then
    read -r server <"$home/data/postmaster.pid" && kill -KILL "$server"
fi
rm -rf "$home" || { sleep 1; rm -rf "$home"; }
"#;

/// A private server, for tests that stop it, freeze it or set it up differently. It is gone with this value, and its
/// databases with it.
#[derive(Debug)]
pub struct Cluster {
    supervisor: Supervisor,
    databases: Arc<Databases>,
    home: PathBuf,
    port: u16,
    how: String,
    password: String,
}

impl Cluster {
    /// Starts a server with these settings beside the usual ones. Its files lie in memory where there is room.
    ///
    /// # Panics
    ///
    /// With what to do, if there are no programs of PostgreSQL; or with the log of the server that did not start.
    #[must_use]
    pub fn start(settings: &[(&str, &str)]) -> Self {
        Self::make(&binaries(), settings, &[], Use::Private)
    }

    /// Like [`Cluster::start`], with files in the folder for temporary files, which should be on a disk: for those who
    /// measure.
    ///
    /// # Panics
    ///
    /// As [`Cluster::start`] does.
    #[must_use]
    pub fn on_disk(settings: &[(&str, &str)]) -> Self {
        Self::make(&binaries(), settings, &[], Use::Measured)
    }

    /// Starts a server that takes connections with TLS, too, and has a certificate for these names or addresses. The
    /// file holds the certificate of its authority, in PEM.
    ///
    /// # Panics
    ///
    /// As [`Cluster::start`] does.
    #[must_use]
    pub fn with_tls(names: &[&str]) -> (Self, PathBuf) {
        let Certificates { authority, certificate, key } = Certificates::for_names(names);
        let files = [("authority.pem", &*authority), ("server.crt", &*certificate), ("server.key", &*key)];
        let cluster = Self::make(&binaries(), TLS, &files, Use::Private);
        let authority = cluster.home.join("authority.pem");
        (cluster, authority)
    }

    /// The server that all tests of a process share.
    pub(crate) fn for_all(binaries: &Binaries) -> Self {
        Self::make(binaries, &[], &[], Use::Shared)
    }

    fn make(binaries: &Binaries, settings: &[(&str, &str)], files: &[(&str, &str)], purpose: Use) -> Self {
        let account = Account::for_servers();
        let folder = account.home(!matches!(purpose, Use::Measured));
        let log = folder.path().join("supervisor.log");
        let variables = [("bin", &*binaries.folder), ("home", folder.path()), ("user", Path::new(USER))];
        let supervisor = Supervisor::start(&account, &log, CLEAN_UP, &variables);
        // From here on it is the supervisor that removes the folder.
        let home = folder.keep();

        let password = random::word();
        for (name, text) in files.iter().chain(&[("password", &*password)]) {
            write(&account, &home.join(name), text);
        }
        assert!(supervisor.run(INITDB), "initdb failed:\n{}", text_of(&log));
        let port = bring_up(&supervisor, &home, settings);
        let how = format!("PostgreSQL {} from {} on 127.0.0.1:{port}", binaries.version, binaries.folder.display());
        let address = Address::local("127.0.0.1", port, USER, &password);
        // The databases of a private server go with it, also if it is stopped by then.
        let are_dropped = matches!(purpose, Use::Shared);
        let databases = Databases::at(address, are_dropped).expect("the address was put together here");
        let cluster = Self { supervisor, databases: Arc::new(databases), home, port, how, password };
        cluster.probe();
        cluster
    }

    /// The port on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// A fresh empty database of its own.
    #[must_use]
    pub fn database(&self) -> Database {
        self.databases.create()
    }

    /// A fresh database with the content of another one, to which nobody is connected any more.
    #[must_use]
    pub fn copy_of(&self, template: &Database) -> Database {
        self.databases.copy_of(template)
    }

    /// Stops the server without letting it finish anything, as a crash would, and waits until it is gone. It must not
    /// be frozen.
    pub fn stop_immediately(&self) {
        assert!(self.supervisor.run(STOP), "the server does not stop:\n{}", self.log());
    }

    /// Kills every process of the server at once and waits until they are gone.
    pub fn kill(&self) {
        let processes = self.freeze();
        self.run("kill -KILL $frozen || true; frozen=");
        while freeze::are_alive(&processes) {
            thread::sleep(Duration::from_millis(2));
        }
        // Where nobody asks how the dead have ended, the next server would take this one for alive.
        let postmaster = self.home.join("data/postmaster.pid");
        fs::remove_file(postmaster).expect("a server that was killed leaves this behind");
    }

    /// Starts the server again, on the same port and with the same data, and waits until it answers.
    pub fn start_again(&self) {
        assert!(self.supervisor.run(START), "the server does not start again:\n{}", self.log());
        self.probe();
    }

    /// Freezes the whole server: its connections stay open, and nothing answers any more.
    pub fn pause(&self) {
        drop(self.freeze());
    }

    /// Lets a frozen server go on.
    pub fn resume(&self) {
        self.run("kill -CONT $frozen || true; frozen=");
    }

    pub(crate) fn password(&self) -> &str {
        &self.password
    }

    pub(crate) fn how(&self) -> String {
        self.how.clone()
    }

    pub(crate) fn databases(&self) -> Arc<Databases> {
        Arc::clone(&self.databases)
    }

    /// The postmaster first, so that no more children are born; then those there are. The shell remembers them: frozen
    /// processes could not be cleared away.
    fn freeze(&self) -> Vec<u32> {
        self.run(r#"read -r server <"$home/data/postmaster.pid" && kill -STOP "$server" && frozen="$server""#);
        let file = text_of(&self.home.join("data/postmaster.pid"));
        let postmaster = file.lines().next().and_then(|line| line.parse().ok());
        let postmaster = postmaster.expect("the shell has just read it");
        let mut processes = freeze::children_of(postmaster);
        processes.push(postmaster);
        let all = processes.iter().map(u32::to_string).collect::<Vec<_>>().join(" ");
        // One that ends meanwhile is no failure.
        self.run(&format!(r#"frozen="{all}"; kill -STOP $frozen || true"#));
        processes
    }

    fn run(&self, command: &str) {
        assert!(self.supervisor.run(command), "`{command}` failed:\n{}", self.log());
    }

    fn probe(&self) {
        let asked = self.databases.ask("SELECT 1");
        asked.unwrap_or_else(|error| panic!("the server does not answer: {}\n{}", error.message, self.log()));
    }

    fn log(&self) -> String {
        format!("{}{}", text_of(&self.home.join("supervisor.log")), text_of(&self.home.join("server.log")))
    }
}

/// What a server is for.
#[derive(Debug, Clone, Copy)]
enum Use {
    /// Databases that come and go by the hundred.
    Shared,
    /// What one test does to it.
    Private,
    /// How long things take, disk included.
    Measured,
}

fn binaries() -> Binaries {
    let found = Binaries::find().map_or_else(|| setup::install(Binaries::find), Ok);
    found.unwrap_or_else(|error| {
        panic!(
            "The test needs a PostgreSQL of its own: install the programs of version {OLDEST} or newer (initdb, pg_ctl \
             and postgres), so that they are on PATH or where Debian or Homebrew put them. ({error})"
        )
    })
}

/// Starts a server on a free port. Between finding it free and taking it, somebody else may.
fn bring_up(supervisor: &Supervisor, home: &Path, settings: &[(&str, &str)]) -> u16 {
    const TRIES: usize = 10;
    for _ in 0..TRIES {
        let port = random::port();
        let mut lines = format!("port = {port}\n");
        for (name, value) in SETTINGS.iter().chain(settings) {
            writeln!(lines, "{name} = '{}'", value.replace('\'', "''")).expect("a string can be written to");
        }
        // The last line for a setting is the one that counts.
        let file = OpenOptions::new().append(true).open(home.join("data/postgresql.conf"));
        let written = file.and_then(|mut file| file.write_all(lines.as_bytes()));
        written.expect("initdb has made this file for us");
        if supervisor.run(START) {
            return port;
        }
        let log = text_of(&home.join("server.log"));
        assert!(log.contains("could not bind"), "the server does not start:\n{log}");
    }
    panic!("{TRIES} free ports were taken before a server could take them");
}

/// Writes a file that is the server's alone, as it demands of keys.
pub(crate) fn write(account: &Account, path: &Path, text: &str) {
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
    written.unwrap_or_else(|error| panic!("{} cannot be written: {error}", path.display()));
    account.own(path);
}

/// For a message; what cannot be read has nothing to say.
fn text_of(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

//! PgBouncer in transaction mode, which gives each transaction any connection that is free.

use std::{
    env, fs,
    path::PathBuf,
    thread,
    time::{Duration, Instant},
};

use tokio_postgres::Config;

use crate::{
    account::Account,
    cluster::{Cluster, USER, write},
    database::Database,
    random,
    rows::run_once,
    setup,
    supervisor::Supervisor,
};

/// How long it may take until it answers.
const START_LIMIT: Duration = Duration::from_secs(10);

const START: &str = r#""$program" -q "$home/pgbouncer.ini" & bouncer=$!"#;

const CLEAN_UP: &str = r#"
[ -z "$bouncer" ] || { kill -KILL "$bouncer"; wait "$bouncer"; }
rm -rf "$home"
"#;

/// A PgBouncer before one database of a cluster. It is gone with this value.
#[derive(Debug)]
pub struct PgBouncer {
    url: String,
    _supervisor: Supervisor,
}

impl PgBouncer {
    /// Starts one, with the settings of the package wherever transaction mode leaves them alone.
    ///
    /// # Panics
    ///
    /// With what to do, if this machine has no PgBouncer; or with the log of one that does not answer.
    #[must_use]
    pub fn before(cluster: &Cluster, database: &Database) -> Self {
        let program = find().map_or_else(|| setup::install(find), Ok);
        let program = program.unwrap_or_else(|error| {
            panic!("The test needs PgBouncer: install the package pgbouncer, so that it is on PATH. ({error})")
        });
        let account = Account::for_servers();
        let folder = account.home(true);
        let log = folder.path().join("supervisor.log");
        let variables = [("program", &*program), ("home", folder.path())];
        let supervisor = Supervisor::start(&account, &log, CLEAN_UP, &variables);
        // From here on it is the supervisor that removes the folder.
        let home = folder.keep();

        let password = cluster.password();
        write(&account, &home.join("users.txt"), &format!("\"{USER}\" \"{password}\"\n"));
        let port = random::port();
        let name = database.name();
        let settings = format!(
            "[databases]\n{name} = host=127.0.0.1 port={} dbname={name}\n[pgbouncer]\npool_mode = transaction\n\
             listen_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = scram-sha-256\n\
             auth_file = {home}/users.txt\nadmin_users = {USER}\nlogfile = {home}/pgbouncer.log\n\
             server_login_retry = 1\n",
            cluster.port(),
            home = home.display(),
        );
        write(&account, &home.join("pgbouncer.ini"), &settings);
        supervisor.run(START);
        let bouncer =
            Self { url: format!("postgresql://{USER}:{password}@127.0.0.1:{port}/{name}"), _supervisor: supervisor };
        let log = || fs::read_to_string(home.join("pgbouncer.log")).unwrap_or_default();
        bouncer.wait().unwrap_or_else(|error| panic!("PgBouncer does not answer: {error}\n{}", log()));
        bouncer
    }

    /// Like [`Database::url`], through PgBouncer.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    fn wait(&self) -> Result<(), String> {
        let config: Config = self.url.parse().expect("it was put together here");
        let deadline = Instant::now() + START_LIMIT;
        loop {
            match run_once(&config, "SELECT 1") {
                Ok(_) => return Ok(()),
                Err(_) if Instant::now() < deadline => thread::sleep(Duration::from_millis(10)),
                Err(error) => return Err(error.message),
            }
        }
    }
}

fn find() -> Option<PathBuf> {
    let mut folders: Vec<_> = env::split_paths(&env::var_os("PATH").unwrap_or_default()).collect();
    // Debian keeps it where only root's PATH leads.
    folders.push(PathBuf::from("/usr/sbin"));
    folders.into_iter().map(|folder| folder.join("pgbouncer")).find(|program| program.is_file())
}

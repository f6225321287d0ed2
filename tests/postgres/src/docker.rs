//! A server in a container, which is removed however the test process ends.

use std::{
    mem::ManuallyDrop,
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use testcontainers_modules::{
    postgres::Postgres,
    testcontainers::{
        ContainerAsync, ImageExt, TestcontainersError,
        core::{ContainerPort, Mount},
        runners::AsyncRunner,
    },
};

use crate::{
    database::{Address, Databases, NAME_START},
    random,
    rows::runtime,
    supervisor::Supervisor,
};

const NAME: &str = "postgres";
const TAG: &str = "15-alpine";
const IMAGE: &str = "postgres:15-alpine";
const USER: &str = "nailsage";

/// How long the engine may take to say that it is there. It answers at once, or hangs.
const ANSWER_LIMIT: Duration = Duration::from_secs(5);

/// How long the image may take to come.
const PULL_LIMIT: Duration = Duration::from_mins(1);

/// A container whose making was under way when the tests were killed appears a moment later.
const CLEAN_UP: &str = r#"
docker rm --force --volumes "$container"
[ -n "$is_started" ] || { sleep 3; docker rm --force --volumes "$container"; }
"#;

/// A server in a container. It is gone with this value.
#[derive(Debug)]
pub(crate) struct Container {
    pub(crate) how: String,
    pub(crate) databases: Arc<Databases>,
    _supervisor: Supervisor,
}

impl Container {
    /// # Errors
    ///
    /// Why there is none.
    pub(crate) fn start() -> Result<Self, String> {
        if !within(ANSWER_LIMIT, &["version", "--format", "{{.Server.Version}}"]) {
            return Err("no Docker engine answers".to_owned());
        }
        if !within(ANSWER_LIMIT, &["image", "inspect", IMAGE]) && !within(PULL_LIMIT, &["pull", IMAGE]) {
            return Err(format!("Docker has no image {IMAGE}, and it could not be pulled within {PULL_LIMIT:?}"));
        }
        let name = format!("{NAME_START}{}", random::word());
        let variables = [("container", Path::new(&name))];
        let supervisor = Supervisor::start(&crate::account::Account::Own, Path::new("/dev/null"), CLEAN_UP, &variables);
        let password = random::word();
        // On a thread of its own: the caller's may belong to a runtime, which must not block.
        let here = || runtime().block_on(start(&name, &password));
        let started = thread::scope(|scope| scope.spawn(here).join()).expect("starting a container does not panic");
        let (host, port) = started.map_err(|error| format!("Docker does not start {IMAGE}: {error}"))?;
        supervisor.run("is_started=yes");
        let address = Address::local(&host, port, USER, &password);
        let databases = Databases::at(address, true).expect("the address was put together here");
        wait_for(&databases)?;
        let how = format!("Docker: {IMAGE} on {host}:{port}");
        Ok(Self { how, databases: Arc::new(databases), _supervisor: supervisor })
    }
}

/// Starts the container and says where its port is.
async fn start(name: &str, password: &str) -> Result<(String, u16), TestcontainersError> {
    let server = Postgres::default().with_user(USER).with_password(password).with_db_name("postgres");
    let request = server
        .with_name(NAME)
        .with_tag(TAG)
        .with_container_name(name)
        // The module's own command would switch fsync off, and the store refuses such a server.
        .with_cmd(["-c", "max_connections=200", "-c", "shared_buffers=64MB", "-c", "max_wal_size=256MB"])
        // The tests make and drop databases by the hundred, and none of them outlives the container.
        .with_mount(Mount::tmpfs_mount("/var/lib/postgresql/data"));
    let container = request.start().await?;
    match place(&container, name).await {
        // Its drop would remove it; from here on that is the supervisor's task.
        Ok(place) => {
            let _ = ManuallyDrop::new(container);
            Ok(place)
        }
        Err(error) => {
            container.rm().await?;
            Err(error)
        }
    }
}

async fn place(container: &ContainerAsync<Postgres>, name: &str) -> Result<(String, u16), TestcontainersError> {
    // The command and the library each look for the engine in their own way. If they find two, the command, which has
    // to remove the container, would not find it.
    if !within(ANSWER_LIMIT, &["container", "inspect", name]) {
        return Err(TestcontainersError::other("the docker command does not see the container"));
    }
    let host = container.get_host().await?.to_string();
    // By its name it may also be the address of the other protocol, on which Docker need not listen.
    let host = if host == "localhost" { "127.0.0.1".to_owned() } else { host };
    Ok((host, container.get_host_port_ipv4(ContainerPort::Tcp(5432)).await?))
}

/// The server's log says that it is ready; the way to it may need another moment.
fn wait_for(databases: &Databases) -> Result<(), String> {
    let deadline = Instant::now() + ANSWER_LIMIT;
    loop {
        match databases.ask("SELECT 1") {
            Ok(_) => return Ok(()),
            Err(_) if Instant::now() < deadline => thread::sleep(Duration::from_millis(50)),
            Err(error) => return Err(format!("the server in Docker does not answer: {}", error.message)),
        }
    }
}

/// Whether this docker command succeeds in time.
fn within(limit: Duration, arguments: &[&str]) -> bool {
    let mut command = Command::new("docker");
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let Ok(mut child) = command.spawn() else { return false };
    let deadline = Instant::now() + limit;
    while Instant::now() < deadline {
        match child.try_wait() {
            Ok(Some(status)) => return status.success(),
            Ok(None) => thread::sleep(Duration::from_millis(10)),
            Err(_) => return false,
        }
    }
    // It may have ended just now.
    let _ = child.kill();
    let _ = child.wait();
    false
}

//! What a test process leaves behind however it ends, and what it says when it cannot begin.
//!
//! It has no harness because it calls itself: with a variable set it is a test process that holds servers.

#[cfg(unix)]
mod unix {
    use std::{
        env,
        io::{BufRead, BufReader, Read},
        net::TcpListener,
        os::unix::process::{CommandExt, ExitStatusExt},
        path::Path,
        process::{Child, Command, ExitStatus, Stdio},
        thread,
        time::{Duration, Instant},
    };

    use libtest_mimic::{Arguments, Trial};
    use nailsage_test_postgres::{Cluster, Database, server};

    const ROLE: &str = "NAILSAGE_TEST_ROLE";
    const URL: &str = "NAILSAGE_TEST_POSTGRES_URL";
    const LIMIT: Duration = Duration::from_secs(20);

    pub(crate) fn main() {
        if let Ok(role) = env::var(ROLE) {
            return hold(&role);
        }
        let ends = [
            ("is_killed", "wait", "KILL"),
            ("is_interrupted", "wait", "INT"),
            ("exits", "exit", ""),
            ("panics", "panic", ""),
            ("ends", "end", ""),
        ];
        let mut trials: Vec<_> = ends
            .into_iter()
            .map(|(name, role, signal)| {
                let name = format!("nothing_is_left_by_a_process_that_{name}");
                trial(name, move || leaves_nothing(role, signal))
            })
            .collect();
        trials.push(trial("a_given_server_is_used", a_given_server_is_used));
        trials.push(trial("a_given_server_of_no_use_is_red", a_given_server_of_no_use_is_red));
        libtest_mimic::run(&Arguments::from_args(), trials).exit();
    }

    /// It fails by panicking, as tests with a harness do.
    fn trial(name: impl Into<String>, test: impl FnOnce() + Send + 'static) -> Trial {
        Trial::test(name, || {
            test();
            Ok(())
        })
    }

    /// What the process does that is to be ended.
    fn hold(role: &str) {
        let shared = server().database();
        println!("{}", shared.name());
        println!("{}", folder_of(&shared));
        println!("{}", shared.url());
        if role == "given" {
            return drop(std::io::stdin().read(&mut [0]));
        }
        let cluster = Cluster::start(&[]);
        let private = cluster.database();
        println!("{}", folder_of(&private));
        println!("{}", private.url());
        // Frozen processes are the hardest to clear away.
        cluster.pause();
        println!("ready");
        match role {
            "exit" => std::process::exit(0),
            "panic" => panic!("as ordered"),
            "wait" => drop(std::io::stdin().read(&mut [0])),
            _ => {}
        }
    }

    fn folder_of(database: &Database) -> String {
        database.rows("SHOW data_directory").remove(0).remove(0).expect("a server knows where its data are")
    }

    /// A test process, in a group of its own as a shell would start it.
    fn start(role: &str, url: Option<&str>) -> Child {
        let mut command = Command::new(env::current_exe().expect("a running program has a file"));
        command.env(ROLE, role).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
        if let Some(url) = url {
            command.env(URL, url);
        }
        command.spawn().expect("what runs can be started")
    }

    fn signal(child: &Child, signal: &str) {
        // To its whole group, as a terminal does.
        let killed = Command::new("sh").args(["-c", &format!("kill -{signal} -{}", child.id())]).status();
        assert!(killed.is_ok_and(|status| status.success()));
    }

    fn lines(child: &mut Child, count: usize) -> Vec<String> {
        let said_so_far = BufReader::new(child.stdout.as_mut().expect("it is piped")).lines();
        let lines: Vec<_> = said_so_far.take(count).map_while(Result::ok).collect();
        assert_eq!(lines.len(), count, "{lines:?}, then: {}", said(child));
        lines
    }

    fn said(child: &mut Child) -> String {
        let mut text = String::new();
        let mut stderr = child.stderr.take().expect("it is piped, and read once");
        stderr.read_to_string(&mut text).expect("it is text");
        text
    }

    fn end(child: &mut Child) -> ExitStatus {
        drop(child.stdin.take());
        child.wait().expect("it was started here")
    }

    /// Whether the server still listens, frozen or not. Connecting to a frozen one could take minutes.
    fn holds_its_port(url: &str) -> bool {
        let (_, rest) = url.split_once('@').expect("an address holds a password");
        let (address, _) = rest.split_once('/').expect("an address holds a name");
        TcpListener::bind(address).is_err()
    }

    fn leaves_nothing(role: &str, with: &str) {
        let mut child = start(role, None);
        let lines = lines(&mut child, 6);
        let [_, shared_folder, shared_url, private_folder, private_url, _] = &lines[..] else { unreachable!() };
        if !with.is_empty() {
            signal(&child, with);
        }
        let ended = child.wait().expect("it was started here");
        assert_eq!(ended.signal().is_some(), !with.is_empty(), "{ended}");
        let is_given = env::var_os(URL).is_some();
        let deadline = Instant::now() + LIMIT;
        loop {
            let mut left = Vec::new();
            left.extend(holds_its_port(private_url).then_some(private_url));
            left.extend(Path::new(private_folder).parent().is_some_and(Path::exists).then_some(private_folder));
            if !is_given {
                left.extend(holds_its_port(shared_url).then_some(shared_url));
                left.extend(Path::new(shared_folder).exists().then_some(shared_folder));
            }
            if left.is_empty() {
                return;
            }
            assert!(Instant::now() < deadline, "{left:?} are left");
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn a_given_server_is_used() {
        let cluster = Cluster::start(&[]);
        let own = cluster.database();
        let exists = |name: &str| !own.rows(&format!("SELECT 1 FROM pg_database WHERE datname = '{name}'")).is_empty();

        let mut killed = start("given", Some(own.url()));
        let left = lines(&mut killed, 3).remove(0);
        let mut neighbour = start("given", Some(own.url()));
        let kept = lines(&mut neighbour, 3).remove(0);
        signal(&killed, "KILL");
        assert!(killed.wait().expect("it was started here").signal().is_some());
        assert!(exists(&left), "a process that is killed drops nothing");

        // The server may take a moment to notice that its client has gone.
        let deadline = Instant::now() + LIMIT;
        while exists(&left) && Instant::now() < deadline {
            let mut next = start("given", Some(own.url()));
            let name = lines(&mut next, 3).remove(0);
            assert!(exists(&name));
            assert!(end(&mut next).success());
            assert!(!exists(&name), "a process drops its databases");
            assert!(said(&mut next).contains("at the address in NAILSAGE_TEST_POSTGRES_URL"));
        }
        assert!(!exists(&left), "the next process drops what was left");
        assert!(exists(&kept), "nobody drops what another process uses");
        assert!(end(&mut neighbour).success());
    }

    fn a_given_server_of_no_use_is_red() {
        let cluster = Cluster::start(&[]);
        let own = cluster.database();
        own.execute("CREATE ROLE guest LOGIN PASSWORD 'guest'");
        let (_, place) = own.url().split_once('@').expect("an address holds a password");
        let guest = format!("postgresql://guest:guest@{place}");
        let cases = [
            (guest.as_str(), "the role guest may not create databases"),
            ("postgresql://guest:guest@127.0.0.1:1/postgres", "Connection refused"),
            ("somewhere", "it must look like"),
        ];
        for (url, reason) in cases {
            let mut child = start("given", Some(url));
            assert!(!end(&mut child).success());
            let said = said(&mut child);
            assert!(
                said.contains("NAILSAGE_TEST_POSTGRES_URL names a server of no use") && said.contains(reason),
                "{said}"
            );
        }
    }
}

#[cfg(unix)]
fn main() {
    unix::main();
}

/// The processes that are ended here are only started on Unix.
#[cfg(not(unix))]
fn main() {}

//! URLs: what each says, and that none is ever repeated with its password.

use std::error::Error;

use proptest::prelude::*;

use super::*;
use crate::connection::Connector;

fn target(url: &str) -> Target {
    Target::from_url(url).unwrap_or_else(|error| panic!("{url}: {error}"))
}

/// Why a URL is refused.
fn problem(url: &str) -> String {
    match Target::from_url(url) {
        Err(OpenError::BadUrl { problem }) => problem,
        other => panic!("{url} was to be refused: {other:?}"),
    }
}

fn verify_full(authorities: Option<&str>) -> Tls {
    Tls::VerifyFull { authorities: authorities.map(PathBuf::from) }
}

/// Where no byte leaves the machine, and where bytes do.
const LOCAL: [&str; 6] = [
    "postgresql://localhost/book?",
    "postgresql://127.0.0.1/book?",
    "postgresql://127.8.8.8:6000/book?",
    "postgresql://[::1]/book?",
    "postgresql://%2Frun%2Fpostgresql/book?",
    "postgresql://db.example.com/book?hostaddr=127.0.0.1&",
];
const REMOTE: [&str; 6] = [
    "postgresql://db.example.com/book?",
    "postgresql://10.0.0.1/book?",
    "postgresql://[2001:db8::1]/book?",
    "postgresql://localhost,db.example.com/book?",
    "postgresql://localhost/book?hostaddr=10.0.0.1&",
    "postgresql://127.0.0.1.example.com/book?",
];

#[test]
fn encryption_is_preferred_on_this_machine_and_required_elsewhere() {
    for start in LOCAL {
        assert_eq!(target(start).tls, Tls::Prefer, "{start}");
        assert_eq!(target(start).config.get_ssl_mode(), SslMode::Prefer, "{start}");
    }
    for start in REMOTE {
        assert_eq!(target(start).tls, Tls::Require, "{start}");
        assert_eq!(target(start).config.get_ssl_mode(), SslMode::Require, "{start}");
    }
}

#[test]
fn every_sslmode_means_at_least_what_it_says() {
    for start in LOCAL.into_iter().chain(REMOTE) {
        let tls = |parameters: &str| target(&format!("{start}{parameters}")).tls;
        assert_eq!(tls("sslmode=disable"), Tls::Disable);
        assert_eq!(tls("sslmode=require"), Tls::Require);
        for mode in ["verify-ca", "verify-full"] {
            assert_eq!(tls(&format!("sslmode={mode}")), verify_full(None));
            assert_eq!(tls(&format!("sslmode={mode}&sslrootcert=system")), verify_full(None));
        }
        // Who names authorities wants them asked.
        for mode in ["", "sslmode=require&", "sslmode=verify-ca&", "sslmode=verify-full&"] {
            assert_eq!(tls(&format!("{mode}sslrootcert=/etc/our%20ca.pem")), verify_full(Some("/etc/our ca.pem")));
        }
        for parameters in ["sslmode=disable", "sslmode=require", "sslmode=verify-full"] {
            let expected = if parameters.ends_with("disable") { SslMode::Disable } else { SslMode::Require };
            assert_eq!(target(&format!("{start}{parameters}")).config.get_ssl_mode(), expected);
        }
        for mode in ["", "Require", "verify_full", "yes", "1"] {
            assert!(problem(&format!("{start}sslmode={mode}")).contains("sslmode is"), "{mode}");
        }
    }
}

#[test]
fn prefer_is_refused_where_somebody_may_listen_in() {
    for start in LOCAL {
        assert_eq!(target(&format!("{start}sslmode=prefer")).tls, Tls::Prefer, "{start}");
    }
    for start in REMOTE {
        assert!(problem(&format!("{start}sslmode=prefer")).contains("verify-full"), "{start}");
    }
    for start in LOCAL.into_iter().chain(REMOTE) {
        // It is weaker than it sounds, and libpq tries it without encryption first.
        drop(problem(&format!("{start}sslmode=allow")));
    }
}

#[test]
fn a_pool_has_from_one_to_a_thousand_connections() {
    let size = |parameters: &str| target(&format!("postgresql://localhost/book{parameters}")).pool_size;
    assert_eq!(size(""), 15);
    assert_eq!(size("?pool_size=1"), 1);
    assert_eq!(size("?pool_size=1000"), 1_000);
    for text in ["0", "1001", "-1", "", "many", "1.5", "99999999999999999999", "%31%30%30%31"] {
        assert!(problem(&format!("postgresql://localhost/book?pool_size={text}")).contains("from 1 to 1000"), "{text}");
    }
}

#[test]
fn what_is_not_known_or_given_twice_is_refused() {
    for parameters in
        ["pool_size=2&pool_size=2", "sslmode=disable&sslmode=require", "sslmode=require&ssl%6Dode=disable"]
    {
        assert!(problem(&format!("postgresql://localhost/book?{parameters}")).contains("twice"), "{parameters}");
    }
    for parameters in
        ["max_connections=5", "poolsize=2", "SSLMODE=require", "sslcert=a", "passfile=a", "service=a", "=1"]
    {
        let text = problem(&format!("postgresql://localhost/book?{parameters}"));
        assert!(text.contains("not known") && text.contains("sslmode, sslrootcert, pool_size"), "{text}");
    }
    for parameters in ["pool_size", "sslmode=disable&verbose"] {
        assert!(problem(&format!("postgresql://localhost/book?{parameters}")).contains("name=value"), "{parameters}");
    }
    for name in ["port", "connect_timeout", "keepalives", "target_session_attrs", "hostaddr", "channel_binding"] {
        let text = problem(&format!("postgresql://localhost/book?{name}=nonsense"));
        assert!(text.contains(name) && !text.contains("nonsense"), "{text}");
    }
}

#[test]
fn what_the_driver_knows_reaches_it() {
    let target = target(
        "postgres://me:it@db.example.com:6000/book?connect_timeout=3&application_name=bot&options=-c%20a%3Db&\
         keepalives_idle=7&tcp_user_timeout=9&pool_size=4&sslmode=require",
    );
    let config = &target.config;
    assert_eq!((config.get_user(), config.get_dbname()), (Some("me"), Some("book")));
    assert_eq!(config.get_password(), Some(&b"it"[..]));
    assert_eq!(config.get_connect_timeout(), Some(&Duration::from_secs(3)));
    assert_eq!(config.get_application_name(), Some("bot"));
    assert_eq!(config.get_options(), Some("-c a=b"));
    assert_eq!(config.get_keepalives_idle(), Duration::from_secs(7));
    assert_eq!(config.get_tcp_user_timeout(), Some(&Duration::from_secs(9)));
    assert_eq!((target.pool_size, target.place.as_str()), (4, "postgresql://db.example.com:6000/book"));
}

#[test]
fn a_connection_has_limits_that_nobody_asked_for() {
    let config = target("postgresql://localhost/book").config;
    assert_eq!(config.get_application_name(), Some("nailsage"));
    assert_eq!(config.get_connect_timeout(), Some(&CONNECT_TIMEOUT));
    assert_eq!(config.get_keepalives_idle(), SILENCE);
    assert_eq!(config.get_tcp_user_timeout(), Some(&SILENCE));
    assert!(config.get_keepalives());
}

#[test]
fn of_several_servers_the_one_that_takes_commands_is_meant() {
    let wanted = |url: &str| target(url).config.get_target_session_attrs();
    for url in [
        "postgresql://one,two/book",
        "postgresql://one:5432,two:5433/book?sslmode=disable",
        "postgresql://book?hostaddr=10.0.0.1,10.0.0.2",
        "postgresql://one,two/book?target_session_attrs=read-write",
        "postgresql://one,two/book?target_session_attrs=any",
        "postgresql://one/book?host=two",
    ] {
        assert_eq!(wanted(url), TargetSessionAttrs::ReadWrite, "{url}");
    }
    assert_eq!(wanted("postgresql://one/book"), TargetSessionAttrs::Any, "a pooler in between may not know");
}

#[test]
fn a_place_names_servers_and_database_and_nobody() {
    for (url, place) in [
        ("postgresql://db.example.com/book", "postgresql://db.example.com:5432/book"),
        ("postgres://me:it@db.example.com:6000/book", "postgresql://db.example.com:6000/book"),
        ("postgresql://me@[::1]:6000/book", "postgresql://[::1]:6000/book"),
        ("postgresql://[2001:db8::1]/book", "postgresql://[2001:db8::1]:5432/book"),
        ("postgresql://one,two:6000/book", "postgresql://one:5432,two:6000/book"),
        ("postgresql://%2Frun%2Fpostgresql/book", "postgresql:///run/postgresql:5432/book"),
        ("postgresql:///book?host=/run/postgresql&port=6000", "postgresql:///run/postgresql:6000/book"),
        ("postgresql:///book?hostaddr=10.0.0.1", "postgresql://10.0.0.1:5432/book"),
        ("postgresql://me@db.example.com", "postgresql://db.example.com:5432/"),
        ("postgresql://me@db.example.com?dbname=book", "postgresql://db.example.com:5432/book"),
    ] {
        let target = target(url);
        assert_eq!(target.place, place, "{url}");
        let debug = format!("{target:?}");
        assert!(debug.contains(place) && !debug.contains("me"), "{debug}");
    }
    for url in ["postgresql:///book", "postgresql://", "postgresql://me@/book"] {
        drop(problem(url));
    }
}

/// Letters that no text of ours has, so that any of them in a text comes from a password.
const LETTERS: &str = "XZJΞѢ";

/// Opens as far as it goes without a server, and fails if anything that can be said about it has a part of the password.
fn assert_silent(url: &str) {
    let mut said = Vec::new();
    match Target::from_url(url) {
        Ok(target) => {
            said.extend([format!("{target:?}"), format!("{target:#?}"), target.place.clone()]);
            match Connector::new(target) {
                Ok(connector) => said.extend([format!("{connector:?}"), format!("{connector:#?}")]),
                Err(error) => said.extend(everything_in(&error)),
            }
        }
        Err(error) => said.extend(everything_in(&error)),
    }
    for text in said {
        let leaked = text.chars().find(|letter| LETTERS.contains(*letter));
        assert!(leaked.is_none() && !text.contains("%CE") && !text.contains("%D1"), "{url:?} was repeated in {text:?}");
    }
}

/// Whatever a program could print of an error.
fn everything_in(error: &OpenError) -> Vec<String> {
    let mut texts = vec![format!("{error:?}"), format!("{error:#?}")];
    let mut cause: Option<&dyn Error> = Some(error);
    while let Some(inner) = cause {
        texts.extend([inner.to_string(), format!("{inner:?}")]);
        cause = inner.source();
    }
    texts
}

/// URLs with a place for a password, good and bad.
const SHAPES: [&str; 44] = [
    "postgresql://me:{}@host/book",
    "postgres://me:{}@host:5432/book",
    "postgresql://me:{}@host",
    "postgresql://me:{}@host/",
    "postgresql://:{}@host/book",
    "postgresql://me:{}@one,two/book",
    "postgresql://me:{}@one:5432,two:5433/book?target_session_attrs=read-write",
    "postgresql://me:{}@one:5432,me:{}@two:5433/book",
    "postgresql://me:{}@[::1]/book",
    "postgresql://me:{}@[::1/book",
    "postgresql://me:{}@%2Frun%2Fpostgresql/book",
    "postgresql://me:{}@/book",
    "postgresql://me:{}@",
    "postgresql://me:{}",
    "postgresql://me:{}/book",
    "postgresql://me@host/book?password={}",
    "postgresql://host/book?user=me&password={}",
    "postgresql://host/book?password={}&password={}",
    "postgresql://me@one,two/book?password={}",
    "postgresql:///book?host=/run/postgresql&password={}",
    "postgresql://host/book?passwort={}",
    "postgresql://host/book?{}=password",
    "postgresql://host/book?{}",
    "postgresql://host/book?sslmode={}",
    "postgresql://host/book?pool_size={}",
    "postgresql://host/book?connect_timeout={}",
    "postgresql://host/book?target_session_attrs={}",
    "postgresql://host/book?port={}",
    "postgresql://host/book?hostaddr={}",
    "postgresql://host/book?options=-c%20a%3D{}",
    "postgresql://me:{}@host:port/book",
    "postgresql://me:{}@host:99999/book",
    "postgresql://me:{}@host:{}/book",
    "postgresql://me:{}@host:5432:5433/book",
    "postgresql://me:{}@host/book?sslmode=no",
    "postgresql://me:{}@host/book?pool_size=0",
    "POSTGRESQL://me:{}@host/book",
    "Postgres://me:{}@host/book",
    "postgresql:/me:{}@host/book",
    "postgresql:me:{}@host/book",
    "mysql://me:{}@host/book",
    "host=localhost user=me password={} dbname=book",
    "me:{}@host/book",
    "postgresql://me%3A{}%40host/book",
];

/// Where a password may pass for a port, and what follows a sign of it for the host or the database.
fn is_hostless(shape: &str) -> bool {
    !shape.contains("{}@") && [":{}", "%3A{}"].iter().any(|start| shape.contains(start))
}

fn encoded(password: &str) -> String {
    percent_encoding::utf8_percent_encode(password, percent_encoding::NON_ALPHANUMERIC).to_string()
}

#[test]
fn no_url_is_repeated_with_its_password() {
    let passwords = [
        "XZJ",
        "X@ZJ",
        "X:ZJ",
        "X/ZJ",
        "X?ZJ",
        "X#ZJ",
        "X%ZJ",
        "X%20ZJ",
        "X%ZZJ",
        "X ZJ",
        "X&ZJ",
        "X=ZJ",
        "X,ZJ",
        "X;ZJ",
        "X[ZJ",
        "X]ZJ",
        "X\\ZJ",
        "X'ZJ",
        "X\"ZJ",
        "X+ZJ",
        "X\tZJ",
        "X\nZJ",
        "X\0ZJ",
        "ΞѢJ",
        "@XZJ",
        "XZJ@",
        "/XZJ",
        ":XZJ:",
        "X@Z/J?X#Z:J",
        "X@Z:5432/J",
        "X://Z",
        "%FFXZJ",
        "X%",
        "X@host/Z?password=J",
        "?X=Z",
        "X#@Z",
        "//X@Z",
    ];
    for shape in SHAPES {
        for password in passwords {
            if !is_hostless(shape) {
                assert_silent(&shape.replace("{}", password));
            }
            assert_silent(&shape.replace("{}", &encoded(password)));
            assert_silent(&shape.replace("{}", &encoded(&encoded(password))));
        }
    }
}

#[test]
fn a_password_that_has_to_be_encoded_is_refused_with_how() {
    for password in ["X@J", "X/J", "X?J", "X#J", "X@Z@J"] {
        let text = problem(&format!("postgresql://me:{password}@host/book"));
        assert!(text.contains("percent-encoded") && text.contains("@ is %40"), "{text}");
    }
    assert!(problem("postgresql://host/book?password=X@J").contains("percent-encoded"));
}

#[test]
fn an_encoded_password_reaches_the_driver_as_it_is() {
    for password in ["XZJ", "X@Z:/?#%J &=+\\'\"", "ΞѢ", "p%40ss"] {
        for shape in
            ["postgresql://me:{}@host/book", "postgresql://me@host/book?password={}", "postgresql://me:{}@one,two/book"]
        {
            let target = target(&shape.replace("{}", &encoded(password)));
            assert_eq!(target.config.get_password(), Some(password.as_bytes()), "{shape}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_random_password_is_repeated(
        shape in proptest::sample::select(&SHAPES[..]),
        password in "[XZJΞѢ]{1,3}[XZJΞѢ@:/?#%&=,;\\[\\] +.0-9\\\\-]{0,12}",
        times in 0..3,
    ) {
        prop_assume!(times > 0 || !is_hostless(shape));
        let written = (0..times).fold(password, |text, _| encoded(&text));
        assert_silent(&shape.replace("{}", &written));
    }

    #[test]
    fn no_rubbish_is_repeated(parts in proptest::collection::vec(
        proptest::sample::select(&["XZ", "J", "Ξ", "me", "@", ":", "/", "//", "?", "#", "%", "%40", "&", "=", ",", "[", "]",
            "password=", "host=", "port=", "5432", "host", "postgresql://", " "][..]), 0..14))
    {
        // Letters of passwords stand only where one is: behind a colon or `password=`, before the host.
        let rest = parts.concat();
        assert_silent(&format!("postgresql://me:X{rest}@host/book"));
        assert_silent(&format!("postgresql://host/book?password=X{}", rest.replace(['&', '?'], "")));
    }
}

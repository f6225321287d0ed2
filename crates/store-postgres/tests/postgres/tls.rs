//! Encryption: on where it is asked for, refused where it is not what was asked for, and no password on the way there.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpListener,
    path::{Path, PathBuf},
    sync::OnceLock,
    thread,
    time::{Duration, Instant},
};

use futures_executor::block_on;
use nailsage_store::{Access, OpenError, Reader as _};
use nailsage_test_postgres::{Cluster, Database};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};

use crate::{
    book::{MINUTE, STRATEGY, create, done, open, own_server, pair, register, submit},
    open::{chain, refused_at},
    session::{number, value},
};

const NAMES: [&str; 3] = ["127.0.0.1", "localhost", "db.example.com"];

/// A server with TLS whose certificate nobody changes, the file with its authority, and a book.
struct Encrypted {
    cluster: Cluster,
    authority: PathBuf,
}

fn encrypted() -> &'static Encrypted {
    static SERVER: OnceLock<Encrypted> = OnceLock::new();
    SERVER.get_or_init(|| {
        let (cluster, authority) = Cluster::with_tls(&NAMES);
        Encrypted { cluster, authority }
    })
}

/// A book is made through this URL's parameters, written and read; says whether every connection of it was encrypted.
fn is_encrypted(database: &Database, parameters: &str) -> bool {
    let url = format!("{}?application_name=looked_at&{parameters}", database.url());
    let store = open(&url, Access::Create).unwrap_or_else(|error| panic!("{parameters}: {}", chain(&error)));
    register(&store);
    block_on(store.book()).unwrap();
    let of_us = "FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'looked_at'";
    assert_eq!(number(database, &format!("SELECT count(*) {of_us}")), 2, "the writer and a reader");
    let all: Vec<_> = database.rows(&format!("SELECT DISTINCT ssl {of_us}"));
    assert_eq!(all.len(), 1, "all or none: {all:?}");
    value(database, &format!("SELECT DISTINCT ssl {of_us}")) == "t"
}

#[test]
fn a_connection_is_encrypted_where_it_is_asked_for() {
    let Encrypted { cluster, authority } = encrypted();
    let verified = format!("sslrootcert={}", authority.display());
    for (parameters, expected) in [
        ("sslmode=require".to_owned(), true),
        ("sslmode=prefer".to_owned(), true),
        (String::new(), true),
        (format!("sslmode=verify-full&{verified}"), true),
        (format!("sslmode=verify-ca&{verified}"), true),
        (format!("sslmode=require&{verified}"), true),
        (verified.clone(), true),
        ("sslmode=disable".to_owned(), false),
    ] {
        assert_eq!(is_encrypted(&cluster.database(), &parameters), expected, "{parameters}");
    }
    // A name, and a name with the address that it has.
    let database = cluster.database();
    create(database.url());
    for url in [
        database.url().replace("127.0.0.1", "localhost"),
        database.url().replace("127.0.0.1", "db.example.com") + "?hostaddr=127.0.0.1",
    ] {
        let url = format!("{url}{}sslmode=verify-full&{verified}", if url.contains('?') { '&' } else { '?' });
        let store = open(&url, Access::Existing).unwrap_or_else(|error| panic!("{}", chain(&error)));
        block_on(store.book()).unwrap();
    }
}

/// The server is not who it should be: that is said, and nothing of the book is touched.
fn assert_distrusted(url: &str, said: &str) {
    let error = refused_at(url, Access::Create);
    assert!(matches!(error, OpenError::Unreachable { .. }), "{error:?}");
    assert!(chain(&error).contains(said), "{}", chain(&error));
}

/// A key and certificate: signed by an authority of its own, or by nobody else.
fn certificate(names: &[&str], year: i32, is_self_signed: bool) -> [String; 3] {
    let about = |addresses: &[&str], subject: &str| {
        let mut params = CertificateParams::new(addresses.iter().map(ToString::to_string).collect::<Vec<_>>()).unwrap();
        params.distinguished_name.push(DnType::CommonName, subject);
        params
    };
    let mut authority = about(&[], "another authority");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let mut server = about(names, "another server");
    server.not_before = date_time_ymd(2_000, 1, 1);
    server.not_after = date_time_ymd(year, 1, 1);
    let key = KeyPair::generate().unwrap();
    let made = if is_self_signed { server.self_signed(&key) } else { server.signed_by(&key, &authority) };
    let trusted = if is_self_signed { made.as_ref().unwrap().pem() } else { authority.pem() };
    [made.unwrap().pem(), key.serialize_pem(), trusted]
}

/// Overwritten in place, so that the file stays its owner's.
fn put(home: &Path, [certificate, key, authority]: &[String; 3]) {
    for (name, text) in [("server.crt", certificate), ("server.key", key), ("authority.pem", authority)] {
        fs::write(home.join(name), text).unwrap();
    }
}

#[test]
fn a_server_that_cannot_prove_its_name_is_refused() {
    let Encrypted { cluster, authority } = encrypted();
    let database = cluster.database();
    let verified = format!("sslmode=verify-full&sslrootcert={}", authority.display());

    let elsewhere = database.url().replace("127.0.0.1", "wrong.example.com");
    assert_distrusted(&format!("{elsewhere}?hostaddr=127.0.0.1&{verified}"), "not valid for name");

    let folder = tempfile::tempdir().unwrap();
    let [_, _, strangers] = certificate(&NAMES, 2_090, false);
    let file = folder.path().join("strangers.pem");
    fs::write(&file, strangers).unwrap();
    assert_distrusted(
        &format!("{}?sslmode=verify-full&sslrootcert={}", database.url(), file.display()),
        "UnknownIssuer",
    );
    // The system's authorities do not know it either, or there are none.
    let error = refused_at(&format!("{}?sslmode=verify-full", database.url()), Access::Create);
    assert!(chain(&error).contains("UnknownIssuer") || chain(&error).contains("no certificate"), "{}", chain(&error));
}

/// Opens again and again until it comes out as it should: a server takes a moment to read its new certificate.
fn wait_for(url: &str, is_expected: impl Fn(Result<(), String>) -> bool) {
    let deadline = Instant::now() + MINUTE;
    loop {
        let opened = open(url, Access::Create).map(drop).map_err(|error| chain(&error));
        if is_expected(opened.clone()) {
            return;
        }
        assert!(Instant::now() < deadline, "{opened:?}");
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_certificate_that_is_over_or_vouches_for_itself_is_refused() {
    let (cluster, authority) = Cluster::with_tls(&NAMES);
    let database = cluster.database();
    let url = format!("{}?sslmode=verify-full&sslrootcert={}", database.url(), authority.display());
    let home = authority.parent().unwrap();
    let give = |certificate: &[String; 3]| {
        put(home, certificate);
        database.execute("SELECT pg_reload_conf()");
    };
    give(&certificate(&NAMES, 2_020, false));
    wait_for(&url, |opened| opened.is_err_and(|text| text.contains("expired")));
    assert_distrusted(&url, "expired");

    // Whoever trusts this very certificate gets in; nobody else does.
    let [itself, key, trusted] = certificate(&NAMES, 2_090, true);
    give(&[itself, key, trusted]);
    wait_for(&url, |opened| opened.is_ok());
    let [.., stranger] = certificate(&NAMES, 2_090, false);
    fs::write(&authority, stranger).unwrap();
    assert_distrusted(&url, "UnknownIssuer");

    give(&certificate(&NAMES, 2_090, false));
    wait_for(&url, |opened| opened.is_ok());
}

#[test]
fn a_server_that_wants_encryption_says_so_to_who_comes_without() {
    let (cluster, authority) = Cluster::with_tls(&NAMES);
    let database = cluster.database();
    let rules = authority.parent().unwrap().join("data/pg_hba.conf");
    let text = fs::read_to_string(&rules).unwrap();
    // Without encryption nobody gets in but the test itself, on a database that the store does not use.
    let hostssl = text.replace("\nhost ", "\nhostssl ");
    assert_ne!(hostssl, text);
    fs::write(&rules, format!("{hostssl}\nhost postgres all 127.0.0.1/32 scram-sha-256\n")).unwrap();
    database.execute("SELECT pg_reload_conf()");
    let url = format!("{}?sslmode=disable", database.url());
    let deadline = Instant::now() + MINUTE;
    while open(&url, Access::ReadOnly).err().is_none_or(|error| matches!(error, OpenError::NotFound { .. })) {
        assert!(Instant::now() < deadline, "the server never took its new rules");
        thread::sleep(Duration::from_millis(20));
    }
    let error = refused_at(&url, Access::Create);
    assert!(matches!(error, OpenError::PermissionDenied { .. }), "{error:?}");
    assert!(chain(&error).contains("no encryption"), "{}", chain(&error));
    let store = create(&format!("{}?sslmode=require", database.url()));
    register(&store);
    done(submit(&store, pair(STRATEGY, "pair-encrypted"), MINUTE));
}

#[test]
fn a_server_without_encryption_is_refused_with_what_to_do() {
    let database = own_server().database();
    for parameters in ["sslmode=require", "sslmode=verify-full"] {
        let url = format!("{}?{parameters}", database.url());
        let error = refused_at(&url, Access::Create);
        let text = chain(&error);
        // Without authorities of its own a machine cannot even begin to verify.
        if !text.contains("no certificate") {
            assert!(matches!(error, OpenError::Unreachable { .. }), "{error:?}");
            assert!(text.contains("sslmode=disable"), "{text}");
        }
    }
    assert!(!is_encrypted(&database, ""), "on the same machine it is preferred, not required");
}

#[test]
fn no_password_is_sent_before_the_connection_is_encrypted() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    // A server that says no to encryption, asks for the password in plain text, and writes down what it hears.
    let heard = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 8];
        stream.read_exact(&mut request).unwrap();
        stream.write_all(b"NR\x00\x00\x00\x08\x00\x00\x00\x03").unwrap();
        let mut rest = Vec::new();
        // The end, or a connection that is reset because not everything was read.
        drop(stream.read_to_end(&mut rest));
        (request, rest)
    });
    let error = refused_at(&format!("postgresql://me:secret@127.0.0.1:{port}/book?sslmode=require"), Access::Create);
    assert!(chain(&error).contains("sslmode=disable"), "{}", chain(&error));
    let (request, rest) = heard.join().unwrap();
    assert_eq!(request, [0, 0, 0, 8, 4, 210, 22, 47], "it asks for encryption first");
    assert!(rest.is_empty(), "and says nothing more: {rest:?}");
}

#[test]
fn authorities_that_cannot_be_read_are_told_with_their_file() {
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty.pem");
    fs::write(&empty, "no certificate at all").unwrap();
    for file in [folder.path().join("missing.pem"), empty] {
        let name = file.display().to_string();
        let error =
            refused_at(&format!("postgresql://me:secret@db.example.com/book?sslrootcert={name}"), Access::Create);
        assert!(matches!(error, OpenError::Failed { during: "setting up TLS", .. }), "{error:?}");
        assert!(chain(&error).contains(&name), "{}", chain(&error));
    }
}

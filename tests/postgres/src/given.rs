//! The server that somebody else provides, by its address.

use std::sync::Arc;

use crate::database::{Address, Databases, NAME_START};

/// Where its address is looked for.
pub(crate) const VARIABLE: &str = "NAILSAGE_TEST_POSTGRES_URL";

/// The oldest version that the tests can use.
pub(crate) const OLDEST: u32 = 15;

/// # Errors
///
/// What keeps this server from being used.
pub(crate) fn databases(url: &str) -> Result<(Arc<Databases>, String), String> {
    let databases = Databases::at(address(url)?, true)?;
    let asked = databases.ask(
        "SELECT current_setting('server_version_num')::int / 10000, current_setting('server_version'), \
         rolcreatedb OR rolsuper, current_user FROM pg_roles WHERE rolname = current_user",
    );
    let rows = asked.map_err(|error| format!("{} [{}]", error.message, error.state))?;
    let [major, version, may_create, user] = &rows[0][..] else {
        return Err("it answers like no PostgreSQL".to_owned());
    };
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    if text(major).parse::<u32>().is_ok_and(|major| major < OLDEST) {
        return Err(format!("it is PostgreSQL {}, and {OLDEST} is the oldest one that will do", text(version)));
    }
    if text(may_create) != "t" {
        return Err(format!("the role {} may not create databases", text(user)));
    }
    clear_away(&databases);
    let how = format!("PostgreSQL {} at the address in {VARIABLE}, as {}", text(version), text(user));
    Ok((Arc::new(databases), how))
}

/// Drops the databases of test processes that were killed before they could. The owners that still live are known by
/// their connections.
fn clear_away(databases: &Databases) {
    let left = databases.ask(format!(
        "SELECT datname FROM pg_database WHERE datname ~ '^{NAME_START}[0-9a-f]{{16}}_[0-9]+$' AND datdba = \
         (SELECT oid FROM pg_roles WHERE rolname = current_user) AND NOT EXISTS (SELECT FROM pg_stat_activity \
         WHERE starts_with(pg_database.datname, application_name || '_') \
         AND application_name ~ '^{NAME_START}[0-9a-f]{{16}}$')",
    ));
    for name in left.unwrap_or_default().into_iter().flatten().flatten() {
        // Another process may be at it too.
        drop(databases.ask(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")));
    }
}

/// Takes the database's name out of an address.
fn address(url: &str) -> Result<Address, String> {
    let unfit = || "it must look like postgresql://user:password@host:port/database".to_owned();
    let (scheme, rest) = url.split_once("://").ok_or_else(unfit)?;
    let (rest, after) = rest.find('?').map_or((rest, ""), |at| rest.split_at(at));
    let (authority, admin) = rest.split_once('/').unwrap_or((rest, ""));
    if authority.is_empty() {
        return Err(unfit());
    }
    let admin = if admin.is_empty() { "postgres" } else { admin };
    Ok(Address { before: format!("{scheme}://{authority}/"), after: after.to_owned(), admin: admin.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_the_same_with_another_database() {
        let parts = |url| address(url).map(|address| (address.before, address.admin, address.after));
        let fits = |before: &str, admin: &str, after: &str| Ok((before.into(), admin.into(), after.into()));
        assert_eq!(parts("postgres://a:b@c:1/d?e=f/g"), fits("postgres://a:b@c:1/", "d", "?e=f/g"));
        assert_eq!(parts("postgresql://c"), fits("postgresql://c/", "postgres", ""));
        assert!(parts("host=c").is_err());
    }
}

//! Certificates for a server, signed by an authority that nobody trusts unless told to.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose};

/// A server's key and certificate, and what a client has to trust; all in PEM.
#[derive(Debug)]
pub(crate) struct Certificates {
    pub(crate) authority: String,
    pub(crate) certificate: String,
    pub(crate) key: String,
}

impl Certificates {
    /// For a server that is reached by these names, or addresses.
    pub(crate) fn for_names(names: &[&str]) -> Self {
        const SOUND: &str = "names and fresh keys make a sound certificate";
        let mut authority = params("an authority for tests", &[]);
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let authority = CertifiedIssuer::self_signed(authority, key()).expect(SOUND);
        let key = key();
        let certificate = params("a server for tests", names).signed_by(&key, &authority).expect(SOUND);
        Self { authority: authority.pem(), certificate: certificate.pem(), key: key.serialize_pem() }
    }
}

/// The subject tells the two apart: a certificate whose issuer has its own name would pass for self-signed.
fn params(subject: &str, names: &[&str]) -> CertificateParams {
    let names: Vec<_> = names.iter().map(ToString::to_string).collect();
    let params = CertificateParams::new(names);
    let mut params = params.unwrap_or_else(|error| panic!("no certificate can be made for these names: {error}"));
    params.distinguished_name.push(DnType::CommonName, subject);
    params
}

fn key() -> KeyPair {
    KeyPair::generate().expect("a key is made of random bytes alone")
}

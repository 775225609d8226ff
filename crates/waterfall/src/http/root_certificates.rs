//! [`RootCertificates`]: the certificates against which servers are verified.

use std::env;
use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::path::Path;

use reqwest::Certificate;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::error::Error;

const FILE: &str = "SSL_CERT_FILE";
const DIRECTORIES: &str = "SSL_CERT_DIR";

/// Whether the system's verifier reads the variables by itself.
const READ_BY_VERIFIER: bool = cfg!(not(any(windows, target_vendor = "apple")));

/// Root certificates to trust in addition to those of the system, for
/// [`ClientBuilder::add_root_certificates`](crate::ClientBuilder::add_root_certificates).
///
/// Use them in networks whose proxy inspects TLS and signs with its own certificate authority.
/// Cheap to clone with few certificates. `Debug` shows their number.
///
/// ```no_run
/// use waterfall::{Client, RootCertificates};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let roots = RootCertificates::from_pem(std::fs::read("/etc/ssl/corporate-ca.pem")?)?;
/// let client = Client::builder().api_key("...").add_root_certificates(roots).build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default)]
pub struct RootCertificates(Vec<CertificateDer<'static>>);

impl RootCertificates {
    /// Parses a PEM bundle: one or more certificates, each between `-----BEGIN CERTIFICATE-----`
    /// and `-----END CERTIFICATE-----`. Other text and other PEM sections are ignored.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config): there is no certificate, or one that
    /// can't be used.
    pub fn from_pem(pem: impl AsRef<[u8]>) -> Result<Self, Error> {
        let certificates = parse(pem.as_ref()).map_err(Error::config)?;
        let mut store = RootCertStore::empty();
        for (index, certificate) in certificates.iter().enumerate() {
            store.add(certificate.clone()).map_err(|error| {
                Error::config_because(&format!("certificate {} can't be used", index + 1), error)
            })?;
        }
        Ok(Self(certificates))
    }

    /// Returns the number of certificates; at least one if they come from
    /// [`from_pem`](Self::from_pem).
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns each certificate in DER, for another HTTP client.
    pub fn iter_der(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter().map(|certificate| certificate.as_ref())
    }

    /// Returns whether no certificate is set.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn extend(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    /// Returns these certificates and those of the environment, which are checked even if the
    /// verifier reads them itself.
    pub(super) fn with_environment(&self) -> Result<Vec<Certificate>, Error> {
        let mut all = self.0.clone();
        let file = env::var_os(FILE);
        let directories = env::var_os(DIRECTORIES).filter(|value| !value.is_empty());
        if let Some(file) = &file {
            let found = of_file(file).map_err(|why| Error::environment(FILE, &why))?;
            all.extend(found.into_iter().filter(|_| !READ_BY_VERIFIER));
        }
        if let Some(directories) = &directories {
            let mut found = of_directories(directories).peekable();
            if file.is_none() && found.peek().is_none() {
                let place = directories.display();
                let why = format!("names {place}, but no certificate (PEM) can be read from it");
                return Err(Error::environment(DIRECTORIES, &why));
            }
            all.extend(found.filter(|_| !READ_BY_VERIFIER));
        }
        let certificate = |der: CertificateDer<'_>| {
            Certificate::from_der(&der)
                .map_err(|error| Error::config_because("a root certificate can't be used", error))
        };
        all.into_iter().map(certificate).collect()
    }
}

impl fmt::Debug for RootCertificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RootCertificates").field("certificates", &self.len()).finish()
    }
}

/// Returns whether the environment specifies which certificates to trust.
pub(super) fn is_set() -> bool {
    env::var_os(FILE).is_some() || env::var_os(DIRECTORIES).is_some()
}

/// Returns the usable certificates of a file, at least one. The error text is appended to the name
/// of the variable.
fn of_file(file: &OsStr) -> Result<Vec<CertificateDer<'static>>, String> {
    if file.is_empty() {
        return Err("is empty: unset it, or give the path of a PEM file".to_owned());
    }
    let path = file.display();
    let pem = fs::read(file).map_err(|error| {
        format!("names {path}, which can't be read ({error}): correct or unset it")
    })?;
    let certificates = parse(&pem).map_err(|why| format!("names {path}: {why}"))?;
    let usable = usable(certificates);
    if usable.is_empty() {
        return Err(format!("names {path}, but no certificate in it can be used"));
    }
    Ok(usable)
}

/// Returns the usable certificates of all files in directories. Unreadable directories are skipped,
/// as in other programs: lists often contain directories that don't exist on every machine.
fn of_directories(directories: &OsStr) -> impl Iterator<Item = CertificateDer<'static>> + use<> {
    let directories: Vec<_> = env::split_paths(directories).collect();
    let entries = directories.into_iter().filter_map(|path| fs::read_dir(path).ok()).flatten();
    let files = entries.filter_map(|entry| Some(entry.ok()?.path()));
    files.filter(|path| path.is_file()).flat_map(|path| in_file(&path))
}

fn in_file(path: &Path) -> Vec<CertificateDer<'static>> {
    let certificates = fs::read(path).ok().and_then(|pem| parse(&pem).ok());
    usable(certificates.unwrap_or_default())
}

fn usable(mut certificates: Vec<CertificateDer<'static>>) -> Vec<CertificateDer<'static>> {
    certificates.retain(|certificate| RootCertStore::empty().add(certificate.clone()).is_ok());
    certificates
}

fn parse(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    if pem.trim_ascii().is_empty() {
        return Err("the file is empty".to_owned());
    }
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match certificates {
        Ok(certificates) if certificates.is_empty() => {
            Err("it contains no certificate in PEM form \
                                                            (-----BEGIN CERTIFICATE-----)"
                .to_owned())
        }
        Ok(certificates) => Ok(certificates),
        Err(error) => Err(format!("its PEM is damaged ({error})")),
    }
}

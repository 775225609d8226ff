//! [`KnownKind`]: the kinds of jobs that this program handles.

use waterfall::{AnySnapshot, JobKind, Snapshot};

/// A kind of jobs whose results are snapshots of any kind.
pub(crate) trait KnownKind: JobKind {
    fn into_any(snapshot: Snapshot<Self>) -> AnySnapshot;
}

impl<K: JobKind> KnownKind for K
where
    AnySnapshot: From<Snapshot<K>>,
{
    fn into_any(snapshot: Snapshot<Self>) -> AnySnapshot {
        snapshot.into()
    }
}

/// Evaluates an expression once for each kind: `for_each_kind!(Kind => expression of Kind)`.
macro_rules! for_each_kind {
    ($kind:ident => $body:expr) => {
        $crate::known_kind::for_each_kind! {
            $kind => $body;
            ContactEnrichment PhoneEnrichment CompanyEnrichment Prospector ContactSearch
            CompanySearch JobChange CompanyReveal CompanyTitles
        }
    };
    ($kind:ident => $body:expr; $($each:ident)*) => {
        $({
            type $kind = ::waterfall::api::jobs::$each;
            $body
        })*
    };
}
pub(crate) use for_each_kind;

#[cfg(test)]
mod tests {
    use waterfall::JobId;
    use waterfall::api::JobKind as _;

    /// This program handles every kind that the library knows.
    #[test]
    fn no_kind_is_missing() {
        let id = "7d44db58-5de3-4e92-a2fb-8325d12c2e8b".parse::<JobId>().unwrap().uuid();
        let mut words = Vec::new();
        for_each_kind!(Kind => {
            assert!(!Kind::NAME.is_empty());
            words.push(JobId::of::<Kind>(id).kind().to_owned());
        });
        assert_eq!(words, JobId::KINDS);
    }
}

//! The kinds of jobs that this crate knows, as one list for all code that exists once per kind.

/// Calls a macro with each kind: the variant of an enum, the kind, and the word of its IDs.
macro_rules! for_each_kind {
    ($macro:ident) => {
        $macro! {
            Contact: ContactEnrichment, "contact", "contact enrichment";
            Phone: PhoneEnrichment, "phone", "phone enrichment";
            Company: CompanyEnrichment, "company", "company enrichment";
            Prospector: Prospector, "prospector", "prospector job";
            ContactSearch: ContactSearch, "contact-search", "contact search";
            CompanySearch: CompanySearch, "company-search", "company search";
            JobChange: JobChange, "job-change", "job change";
            CompanyReveal: CompanyReveal, "company-reveal", "company reveal";
            CompanyTitles: CompanyTitles, "company-titles", "list of a company's titles";
        }
    };
}
pub(crate) use for_each_kind;

macro_rules! words {
    ($($variant:ident: $kind:ident, $word:literal, $name:literal;)*) => {
        /// The words of all kinds.
        pub(crate) const WORDS: &[&str] = &[$($word),*];

        /// Returns the word of each kind, and its finder's path.
        #[cfg(feature = "testing")]
        fn finders() -> [(&'static str, &'static str); 9] {
            use waterfall_api::JobKind as _;
            [$(($word, waterfall_api::jobs::$kind::FIND.path)),*]
        }
    };
}
for_each_kind!(words);

/// Returns the word of the kind whose finder has this path.
#[cfg(feature = "testing")]
pub(crate) fn word_of_finder(path: &str) -> Option<&'static str> {
    let found = |(_, finder): &&(&str, &str)| *finder == path;
    finders().iter().find(found).map(|(word, _)| *word)
}

//! A twin of Waterfall's contact-enrichment API for tests and demos.

//! Launch contact enrichments with Waterfall's API and wait for them well.

//! The sources of this crate, for generators that embed it as a module.

macro_rules! sources {
    ($($name:literal)*) => {
        /// The sources: the file name of each module without its extension, and the content of the
        /// file.
        pub const SOURCES: &[(&str, &str)] = &[
            $(($name, include_str!(concat!($name, ".rs")))),*
        ];
    };
}

sources! {
    "builder" "credential" "decode" "decode_error" "deviation" "failure" "field" "file" "frames"
    "http_transport" "items" "job_kind" "json_path" "lib" "list" "locate" "map" "members"
    "multipart" "names" "object" "open_enum" "outcome" "response" "schema" "secret" "security"
    "serde_message" "stream" "style" "timestamp" "tolerance" "transport" "transport_error" "union"
    "union_plan" "union_shape"
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
mod tests {
    use std::fs;

    use super::SOURCES;

    #[test]
    fn every_module_is_listed() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src");
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
        let mut files: Vec<String> =
            entries.map(|name| name.to_str().unwrap().replace(".rs", "")).collect();
        files.retain(|name| name != "sources");
        files.sort();
        let listed: Vec<&str> = SOURCES.iter().map(|(name, _)| *name).collect();
        assert_eq!(files, listed);
    }
}

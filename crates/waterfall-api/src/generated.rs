#[allow(unused_imports)]
use progenitor_client::{RequestBuilderExt, encode_path};
use crate::{CallError, Reply, Request};
/// Types used as operation parameters and responses.
#[allow(clippy::all)]
pub mod types {
    ///What a contact enrichment job was launched with.
    #[derive(::serde::Serialize, Clone, Debug, Default, PartialEq)]
    #[non_exhaustive]
    #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
    pub struct ContactEnrichmentInput {
        ///The launch request as Waterfall received it.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        #[cfg_attr(feature = "schemars", schemars(with = "ContactEnrichmentTask"))]
        pub task: crate::Field<ContactEnrichmentTask>,
        /// Fields that the API description does not list, by name.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///A contact enrichment job: its state, what was asked for and, once it has succeeded, what was found. The finder answers with it, and the webhook delivers it. The job carries no identifier of its own at this level; it is in `input.task.job_id`.
    #[derive(::serde::Serialize, Clone, Debug, PartialEq)]
    #[non_exhaustive]
    #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
    pub struct ContactEnrichmentJob {
        ///Why the job failed, for people to read. Seen in third parties' samples; not on the finder's page. It was seen on `FAILED` jobs only; its values are not published.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        #[cfg_attr(feature = "schemars", schemars(with = "::std::string::String"))]
        pub error: crate::Field<::std::string::String>,
        ///What the job was launched with. The finder's page says that it is an object; null was seen in a third party's sample.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        #[cfg_attr(feature = "schemars", schemars(!default, !skip_serializing_if))]
        pub input: crate::Field<ContactEnrichmentInput>,
        ///What was found. Only a `SUCCEEDED` job has it, and even then there may be no person in it.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        #[cfg_attr(feature = "schemars", schemars(with = "ContactEnrichmentOutput"))]
        pub output: crate::Field<ContactEnrichmentOutput>,
        /**When the job was started.

An ISO 8601 date and time. Three shapes are in use: `2023-09-20T20:23:36.086988` (no
offset, to be read as UTC), `2025-02-05T15:46:35.771Z` and
`2024-01-15T12:00:00.000000+00:00`.*/
        pub start_date: crate::Timestamp,
        ///Where the job stands.
        pub status: JobState,
        /**When the job ended. Third parties' samples show it absent while the job is `RUNNING`.

An ISO 8601 date and time. Three shapes are in use: `2023-09-20T20:23:36.086988` (no
offset, to be read as UTC), `2025-02-05T15:46:35.771Z` and
`2024-01-15T12:00:00.000000+00:00`.*/
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        #[cfg_attr(feature = "schemars", schemars(with = "crate::Timestamp"))]
        pub stop_date: crate::Field<crate::Timestamp>,
        /// Fields that the API description does not list, by name.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    /**Whom to look for, and what to do with the result.

One of four ways to name the person is needed:

1. `email`
2. `linkedin`
3. `full_name` and `domain`
4. `first_name`, `last_name` and `domain`

If a request fits several, the first of this list is taken and the fields of the
others are ignored. All of this is known from Waterfall's general documentation.
According to third parties, fields that are not in this list are refused with a 400.
Whether null is taken for a field that is not given is not known: leave the field out.*/
    #[derive(::serde::Serialize, Clone, Debug, Default, PartialEq)]
    #[serde(deny_unknown_fields)]
    #[non_exhaustive]
    #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
    pub struct ContactEnrichmentLaunch {
        ///The caller's own data; it comes back unchanged in `input.task`. Known from Waterfall's general documentation.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        #[cfg_attr(feature = "schemars", schemars(with = "CustomFields"))]
        pub custom_fields: crate::Field<CustomFields>,
        ///The domain of the person's company, plain or as a URL. Known from Waterfall's general documentation.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        #[cfg_attr(
            feature = "schemars",
            schemars(with = "ContactEnrichmentLaunchDomain")
        )]
        pub domain: crate::Field<ContactEnrichmentLaunchDomain>,
        ///The e-mail address of the person. Known from Waterfall's general documentation.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        #[cfg_attr(feature = "schemars", schemars(with = "::std::string::String"))]
        pub email: crate::Field<::std::string::String>,
        ///The first name of the person. Goes with `last_name` and `domain`. Known from Waterfall's general documentation.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        #[cfg_attr(
            feature = "schemars",
            schemars(with = "ContactEnrichmentLaunchFirstName")
        )]
        pub first_name: crate::Field<ContactEnrichmentLaunchFirstName>,
        ///The full name of the person. Goes with `domain`. Known from Waterfall's general documentation.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        #[cfg_attr(
            feature = "schemars",
            schemars(with = "ContactEnrichmentLaunchFullName")
        )]
        pub full_name: crate::Field<ContactEnrichmentLaunchFullName>,
        ///Whether to look for phone numbers too. The account needs phone enrichment for it. Known from Waterfall's general documentation.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        #[cfg_attr(feature = "schemars", schemars(with = "bool"))]
        pub include_phones: crate::Field<bool>,
        ///The last name of the person. Goes with `first_name` and `domain`. Known from Waterfall's general documentation.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        #[cfg_attr(
            feature = "schemars",
            schemars(with = "ContactEnrichmentLaunchLastName")
        )]
        pub last_name: crate::Field<ContactEnrichmentLaunchLastName>,
        ///The address of the person's LinkedIn profile, or its last part. The finder calls it `linkedin_url`. Known from Waterfall's general documentation.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        #[cfg_attr(
            feature = "schemars",
            schemars(with = "ContactEnrichmentLaunchLinkedin")
        )]
        pub linkedin: crate::Field<ContactEnrichmentLaunchLinkedin>,
        ///Where to deliver the result. With it, there is no need to poll. Known from Waterfall's general documentation.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        #[cfg_attr(feature = "schemars", schemars(with = "::std::string::String"))]
        pub webhook_url: crate::Field<::std::string::String>,
    }
    ///The domain of the person's company, plain or as a URL. Known from Waterfall's general documentation.
    #[derive(::serde::Serialize, Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
    #[serde(transparent)]
    #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
    pub struct ContactEnrichmentLaunchDomain(
        #[cfg_attr(feature = "schemars", schemars(length(min = 4usize, max = 500usize)))]
        ::std::string::String,
    );
    impl ::std::ops::Deref for ContactEnrichmentLaunchDomain {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<ContactEnrichmentLaunchDomain> for ::std::string::String {
        fn from(value: ContactEnrichmentLaunchDomain) -> Self {
            value.0
        }
    }
    impl ::std::str::FromStr for ContactEnrichmentLaunchDomain {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            if value.chars().count() > 500usize {
                return Err("longer than 500 characters".into());
            }
            if value.chars().count() < 4usize {
                return Err("shorter than 4 characters".into());
            }
            Ok(Self(value.to_string()))
        }
    }
    impl ::std::convert::TryFrom<&str> for ContactEnrichmentLaunchDomain {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String>
    for ContactEnrichmentLaunchDomain {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl<'de> ::serde::Deserialize<'de> for ContactEnrichmentLaunchDomain {
        fn deserialize<D>(deserializer: D) -> ::std::result::Result<Self, D::Error>
        where
            D: ::serde::Deserializer<'de>,
        {
            ::std::string::String::deserialize(deserializer)?
                .parse()
                .map_err(|e: self::error::ConversionError| {
                    <D::Error as ::serde::de::Error>::custom(e.to_string())
                })
        }
    }
    ///The first name of the person. Goes with `last_name` and `domain`. Known from Waterfall's general documentation.
    #[derive(::serde::Serialize, Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
    #[serde(transparent)]
    #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
    pub struct ContactEnrichmentLaunchFirstName(
        #[cfg_attr(feature = "schemars", schemars(length(max = 100usize)))]
        ::std::string::String,
    );
    impl ::std::ops::Deref for ContactEnrichmentLaunchFirstName {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<ContactEnrichmentLaunchFirstName>
    for ::std::string::String {
        fn from(value: ContactEnrichmentLaunchFirstName) -> Self {
            value.0
        }
    }
    impl ::std::str::FromStr for ContactEnrichmentLaunchFirstName {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            if value.chars().count() > 100usize {
                return Err("longer than 100 characters".into());
            }
            Ok(Self(value.to_string()))
        }
    }
    impl ::std::convert::TryFrom<&str> for ContactEnrichmentLaunchFirstName {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String>
    for ContactEnrichmentLaunchFirstName {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl<'de> ::serde::Deserialize<'de> for ContactEnrichmentLaunchFirstName {
        fn deserialize<D>(deserializer: D) -> ::std::result::Result<Self, D::Error>
        where
            D: ::serde::Deserializer<'de>,
        {
            ::std::string::String::deserialize(deserializer)?
                .parse()
                .map_err(|e: self::error::ConversionError| {
                    <D::Error as ::serde::de::Error>::custom(e.to_string())
                })
        }
    }
    ///The full name of the person. Goes with `domain`. Known from Waterfall's general documentation.
    #[derive(::serde::Serialize, Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
    #[serde(transparent)]
    #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
    pub struct ContactEnrichmentLaunchFullName(
        #[cfg_attr(feature = "schemars", schemars(length(max = 250usize)))]
        ::std::string::String,
    );
    impl ::std::ops::Deref for ContactEnrichmentLaunchFullName {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<ContactEnrichmentLaunchFullName>
    for ::std::string::String {
        fn from(value: ContactEnrichmentLaunchFullName) -> Self {
            value.0
        }
    }
    impl ::std::str::FromStr for ContactEnrichmentLaunchFullName {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            if value.chars().count() > 250usize {
                return Err("longer than 250 characters".into());
            }
            Ok(Self(value.to_string()))
        }
    }
    impl ::std::convert::TryFrom<&str> for ContactEnrichmentLaunchFullName {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String>
    for ContactEnrichmentLaunchFullName {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl<'de> ::serde::Deserialize<'de> for ContactEnrichmentLaunchFullName {
        fn deserialize<D>(deserializer: D) -> ::std::result::Result<Self, D::Error>
        where
            D: ::serde::Deserializer<'de>,
        {
            ::std::string::String::deserialize(deserializer)?
                .parse()
                .map_err(|e: self::error::ConversionError| {
                    <D::Error as ::serde::de::Error>::custom(e.to_string())
                })
        }
    }
    ///The last name of the person. Goes with `first_name` and `domain`. Known from Waterfall's general documentation.
    #[derive(::serde::Serialize, Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
    #[serde(transparent)]
    #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
    pub struct ContactEnrichmentLaunchLastName(
        #[cfg_attr(feature = "schemars", schemars(length(max = 100usize)))]
        ::std::string::String,
    );
    impl ::std::ops::Deref for ContactEnrichmentLaunchLastName {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<ContactEnrichmentLaunchLastName>
    for ::std::string::String {
        fn from(value: ContactEnrichmentLaunchLastName) -> Self {
            value.0
        }
    }
    impl ::std::str::FromStr for ContactEnrichmentLaunchLastName {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            if value.chars().count() > 100usize {
                return Err("longer than 100 characters".into());
            }
            Ok(Self(value.to_string()))
        }
    }
    impl ::std::convert::TryFrom<&str> for ContactEnrichmentLaunchLastName {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String>
    for ContactEnrichmentLaunchLastName {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl<'de> ::serde::Deserialize<'de> for ContactEnrichmentLaunchLastName {
        fn deserialize<D>(deserializer: D) -> ::std::result::Result<Self, D::Error>
        where
            D: ::serde::Deserializer<'de>,
        {
            ::std::string::String::deserialize(deserializer)?
                .parse()
                .map_err(|e: self::error::ConversionError| {
                    <D::Error as ::serde::de::Error>::custom(e.to_string())
                })
        }
    }
    ///The address of the person's LinkedIn profile, or its last part. The finder calls it `linkedin_url`. Known from Waterfall's general documentation.
    #[derive(::serde::Serialize, Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
    #[serde(transparent)]
    #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
    pub struct ContactEnrichmentLaunchLinkedin(
        #[cfg_attr(feature = "schemars", schemars(length(max = 500usize)))]
        ::std::string::String,
    );
    impl ::std::ops::Deref for ContactEnrichmentLaunchLinkedin {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<ContactEnrichmentLaunchLinkedin>
    for ::std::string::String {
        fn from(value: ContactEnrichmentLaunchLinkedin) -> Self {
            value.0
        }
    }
    impl ::std::str::FromStr for ContactEnrichmentLaunchLinkedin {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            if value.chars().count() > 500usize {
                return Err("longer than 500 characters".into());
            }
            Ok(Self(value.to_string()))
        }
    }
    impl ::std::convert::TryFrom<&str> for ContactEnrichmentLaunchLinkedin {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String>
    for ContactEnrichmentLaunchLinkedin {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl<'de> ::serde::Deserialize<'de> for ContactEnrichmentLaunchLinkedin {
        fn deserialize<D>(deserializer: D) -> ::std::result::Result<Self, D::Error>
        where
            D: ::serde::Deserializer<'de>,
        {
            ::std::string::String::deserialize(deserializer)?
                .parse()
                .map_err(|e: self::error::ConversionError| {
                    <D::Error as ::serde::de::Error>::custom(e.to_string())
                })
        }
    }
    ///What a contact enrichment job found.
    #[derive(::serde::Serialize, Clone, Debug, Default, PartialEq)]
    #[non_exhaustive]
    #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
    pub struct ContactEnrichmentOutput {
        ///The person who was found. Null or absent if nobody was found, which is a normal outcome and not billed. That it can be null or absent was seen in third parties' samples; the finder's page shows a person.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        pub person: crate::Field<Person>,
        ///What the job cost. Described in Waterfall's general documentation and seen in third parties' samples; not on the finder's page.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        #[cfg_attr(feature = "schemars", schemars(with = "Usage"))]
        pub usage: crate::Field<Usage>,
        /// Fields that the API description does not list, by name.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///The echo of a launch request, for matching results with requests. Every field of the launch comes back, null where it was not given, together with `job_id` and `context_id`. To be safe, treat each field as one that may be absent.
    #[derive(::serde::Serialize, Clone, Debug, Default, PartialEq)]
    #[non_exhaustive]
    #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
    pub struct ContactEnrichmentTask {
        ///An identifier that Waterfall adds. It equals `job_id` in the finder's page's sample; its meaning is not published.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        #[cfg_attr(feature = "schemars", schemars(with = "::uuid::Uuid"))]
        pub context_id: crate::Field<::uuid::Uuid>,
        ///The caller's own data, unchanged. Null if it was not given.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        pub custom_fields: crate::Field<CustomFields>,
        ///The company domain that was asked for. Null if it was not given.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        pub domain: crate::Field<::std::string::String>,
        ///The e-mail address that was asked for. Null if it was not given.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        pub email: crate::Field<::std::string::String>,
        ///The first name that was asked for. Null if it was not given.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        pub first_name: crate::Field<::std::string::String>,
        ///The full name that was asked for. Null if it was not given.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        pub full_name: crate::Field<::std::string::String>,
        ///Whether phone numbers were asked for. Null if it was not given. Seen outside the finder's page.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        pub include_phones: crate::Field<bool>,
        ///The identifier of the job.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        #[cfg_attr(feature = "schemars", schemars(with = "::uuid::Uuid"))]
        pub job_id: crate::Field<::uuid::Uuid>,
        ///The last name that was asked for. Null if it was not given.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        pub last_name: crate::Field<::std::string::String>,
        ///The LinkedIn profile that was asked for, under the launcher's name for it. Null if it was not given. Seen outside the finder's page.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        pub linkedin: crate::Field<::std::string::String>,
        ///The LinkedIn profile that was asked for. The launcher takes it under the name `linkedin`. Null if it was not given.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        pub linkedin_url: crate::Field<::std::string::String>,
        ///Where the result is delivered to. Null if it was not given.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        pub webhook_url: crate::Field<::std::string::String>,
        /// Fields that the API description does not list, by name.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///The caller's own data: an object with any JSON values. Waterfall doesn't look into it and gives it back unchanged.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    #[serde(transparent)]
    #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
    pub struct CustomFields(
        pub ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    );
    impl ::std::ops::Deref for CustomFields {
        type Target = ::serde_json::Map<::std::string::String, ::serde_json::Value>;
        fn deref(
            &self,
        ) -> &::serde_json::Map<::std::string::String, ::serde_json::Value> {
            &self.0
        }
    }
    impl ::std::convert::From<CustomFields>
    for ::serde_json::Map<::std::string::String, ::serde_json::Value> {
        fn from(value: CustomFields) -> Self {
            value.0
        }
    }
    impl ::std::convert::From<
        ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    > for CustomFields {
        fn from(
            value: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
        ) -> Self {
            Self(value)
        }
    }
    /**The kind of an error. New kinds can be added without notice and must not break a
client.

| Category | HTTP status | Worth another try |
|---|---|---|
| `AUTH` | 401 without a key, otherwise 403 | no |
| `PERMISSION` | 403 | no |
| `QUOTA` | 402 | no |
| `VALIDATION` | 400 | no |
| `NOT_FOUND` | 404 | no |
| `RATE_LIMIT` | 429 | yes, after `Retry-After` |
| `ROUTING` | 400 | no |
| `INTERNAL` | 500 | yes, with growing pauses |

Known from Waterfall's general documentation.*/
    #[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
    #[non_exhaustive]
    pub enum ErrorCategory {
        ///`AUTH`
        Auth,
        ///`PERMISSION`
        Permission,
        ///`QUOTA`
        Quota,
        ///`VALIDATION`
        Validation,
        ///`NOT_FOUND`
        NotFound,
        ///`RATE_LIMIT`
        RateLimit,
        ///`ROUTING`
        Routing,
        ///`INTERNAL`
        Internal,
        /// A value that the API description does not list.
        Unknown(crate::UnknownValue),
    }
    ///What went wrong. The list holds the codes known today; new ones are added without notice and must not break a client. The category of a code is its first part. Known from Waterfall's general documentation.
    #[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
    #[non_exhaustive]
    pub enum ErrorCode {
        ///`AUTH_BAD_API_KEY`
        AuthBadApiKey,
        ///`AUTH_MISSING_API_KEY`
        AuthMissingApiKey,
        ///`AUTH_NEED_MASTER_API_KEY`
        AuthNeedMasterApiKey,
        ///`PERMISSION_FEATURE_NOT_ENABLED`
        PermissionFeatureNotEnabled,
        ///`PERMISSION_INCLUDE_PHONES_REQUIRES_PHONE_ENRICHMENT`
        PermissionIncludePhonesRequiresPhoneEnrichment,
        ///`PERMISSION_NEED_ADMIN_API_KEY`
        PermissionNeedAdminApiKey,
        ///`QUOTA_ACCOUNT_OVER_QUOTA`
        QuotaAccountOverQuota,
        ///`VALIDATION_BAD_DOMAIN`
        ValidationBadDomain,
        ///`VALIDATION_BAD_DOMAIN_DISPOSABLE`
        ValidationBadDomainDisposable,
        ///`VALIDATION_BAD_DOMAIN_EMAIL_PROVIDER`
        ValidationBadDomainEmailProvider,
        ///`VALIDATION_BAD_DOMAIN_INVALID_CHARACTERS`
        ValidationBadDomainInvalidCharacters,
        ///`VALIDATION_BAD_DOMAIN_NO_MX`
        ValidationBadDomainNoMx,
        ///`VALIDATION_BAD_DOMAIN_PROVIDER_DOMAIN`
        ValidationBadDomainProviderDomain,
        ///`VALIDATION_BAD_DOMAIN_SERVICE_DOMAIN`
        ValidationBadDomainServiceDomain,
        ///`VALIDATION_BAD_DOMAIN_SOCIAL_MEDIA`
        ValidationBadDomainSocialMedia,
        ///`VALIDATION_BAD_DOMAIN_TOP_LEVEL`
        ValidationBadDomainTopLevel,
        ///`VALIDATION_BAD_DOMAIN_URL_SHORTENER`
        ValidationBadDomainUrlShortener,
        ///`VALIDATION_BAD_EMAIL_CONSECUTIVE_DIGITS`
        ValidationBadEmailConsecutiveDigits,
        ///`VALIDATION_BAD_EMAIL_INVALID`
        ValidationBadEmailInvalid,
        ///`VALIDATION_BAD_EMAIL_PERSONAL_NOT_ALLOWED`
        ValidationBadEmailPersonalNotAllowed,
        ///`VALIDATION_BAD_EMAIL_PROFESSIONAL_NOT_ALLOWED`
        ValidationBadEmailProfessionalNotAllowed,
        ///`VALIDATION_BAD_EMAIL_ROLE`
        ValidationBadEmailRole,
        ///`VALIDATION_BAD_EMAIL_TOO_LONG`
        ValidationBadEmailTooLong,
        ///`VALIDATION_BAD_EMAIL_TOO_MANY_DIGITS`
        ValidationBadEmailTooManyDigits,
        ///`VALIDATION_BAD_JOB_ID`
        ValidationBadJobId,
        ///`VALIDATION_BAD_NAME_INVALID`
        ValidationBadNameInvalid,
        ///`VALIDATION_BAD_REQUEST`
        ValidationBadRequest,
        ///`VALIDATION_MISSING_BODY`
        ValidationMissingBody,
        ///`VALIDATION_MISSING_JOB_ID_PARAMETER`
        ValidationMissingJobIdParameter,
        ///`NOT_FOUND_JOB_NOT_FOUND`
        NotFoundJobNotFound,
        ///`NOT_FOUND_NOT_FOUND`
        NotFoundNotFound,
        ///`RATE_LIMIT_RATE_LIMIT_EXCEEDED`
        RateLimitRateLimitExceeded,
        ///`ROUTING_INVALID_PATH_OR_METHOD`
        RoutingInvalidPathOrMethod,
        ///`INTERNAL_UNCLASSIFIED_ERROR`
        InternalUnclassifiedError,
        /// A value that the API description does not list.
        Unknown(crate::UnknownValue),
    }
    ///What every error of the API looks like, according to Waterfall's general documentation. Decide by `code`, and by `category` if the code is not known to you; `message` is for people and can change at any time. Gateways in front of the API can answer in other ways (502, 503, 504, HTML, or no body at all), so allow for bodies that are not of this form, and for missing fields.
    #[derive(::serde::Serialize, Clone, Debug, PartialEq)]
    #[non_exhaustive]
    #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
    pub struct ErrorEnvelope {
        ///The kind of error: the first part of `code`. Known from Waterfall's general documentation.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        #[cfg_attr(feature = "schemars", schemars(with = "ErrorCategory"))]
        pub category: crate::Field<ErrorCategory>,
        ///What went wrong, for programs to read. Known from Waterfall's general documentation.
        pub code: ErrorCode,
        ///Details, on some errors: one string, or up to ten. Known from Waterfall's general documentation.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        #[cfg_attr(feature = "schemars", schemars(with = "ErrorEnvelopeError"))]
        pub error: crate::Field<ErrorEnvelopeError>,
        ///What went wrong, for people to read. Known from Waterfall's general documentation.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        #[cfg_attr(feature = "schemars", schemars(with = "::std::string::String"))]
        pub message: crate::Field<::std::string::String>,
        ///`error`, by Waterfall's general documentation; null was seen as well.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        pub status: crate::Field<::std::string::String>,
        /// Fields that the API description does not list, by name.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///Details, on some errors: one string, or up to ten. Known from Waterfall's general documentation.
    #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, PartialEq)]
    #[serde(untagged)]
    #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
    pub enum ErrorEnvelopeError {
        String(::std::string::String),
        Array(::std::vec::Vec<::std::string::String>),
    }
    impl ::std::convert::From<::std::vec::Vec<::std::string::String>>
    for ErrorEnvelopeError {
        fn from(value: ::std::vec::Vec<::std::string::String>) -> Self {
            Self::Array(value)
        }
    }
    ///A position that a person holds or has held. Any field may be null or absent.
    #[derive(::serde::Serialize, Clone, Debug, Default, PartialEq)]
    #[non_exhaustive]
    #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
    pub struct Experience {
        ///The domain of the company.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        pub company_domain: crate::Field<::std::string::String>,
        ///The last part of the address of the company's LinkedIn page.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        pub company_linkedin_id: crate::Field<::std::string::String>,
        ///The address of the company's LinkedIn page.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        pub company_linkedin_url: crate::Field<::std::string::String>,
        ///The name of the company.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        pub company_name: crate::Field<::std::string::String>,
        ///What the person says about the position.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        pub description: crate::Field<::std::string::String>,
        ///The day on which the position ended. Only ever seen null: the format is not known.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        pub end_date: crate::Field<::std::string::String>,
        ///The month in which the position ended, counted from 1. Null for a present position.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        pub end_month: crate::Field<i64>,
        ///The year in which the position ended. Null for a present position.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        pub end_year: crate::Field<i64>,
        ///Whether the person holds the position now.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        pub is_current: crate::Field<bool>,
        ///Where the position is, as free text.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        pub location: crate::Field<::std::string::String>,
        ///The day on which the position began. Only ever seen null: the format is not known.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        pub start_date: crate::Field<::std::string::String>,
        ///The month in which the position began, counted from 1.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        pub start_month: crate::Field<i64>,
        ///The year in which the position began.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        pub start_year: crate::Field<i64>,
        ///The job title.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        pub title: crate::Field<::std::string::String>,
        /// Fields that the API description does not list, by name.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    /**The state of a job.

| State | Final | Meaning |
|---|---|---|
| `RUNNING` | no | The job is at work; ask again later. |
| `SUCCEEDED` | yes | The job is done and `output` is there, with or without a person. |
| `FAILED` | yes | The job ended with an error. |
| `TIMED_OUT` | yes | The job took too long and was given up. |
| `ABORTED` | yes | The job was stopped before it was done. |

The finder's page explains `RUNNING` and `SUCCEEDED` only; the other three are
explained here by their names.*/
    #[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
    #[non_exhaustive]
    pub enum JobState {
        ///`RUNNING`
        Running,
        ///`SUCCEEDED`
        Succeeded,
        ///`FAILED`
        Failed,
        ///`TIMED_OUT`
        TimedOut,
        ///`ABORTED`
        Aborted,
        /// A value that the API description does not list.
        Unknown(crate::UnknownValue),
    }
    ///A public key. Webhooks are signed with Ed25519 keys (RFC 8037); a client passes over keys of other types. Known from Waterfall's general documentation.
    #[derive(::serde::Serialize, Clone, Debug, PartialEq)]
    #[non_exhaustive]
    #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
    pub struct JsonWebKey {
        ///The algorithm that the key is for: `EdDSA`. Known from Waterfall's general documentation.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        #[cfg_attr(feature = "schemars", schemars(with = "::std::string::String"))]
        pub alg: crate::Field<::std::string::String>,
        ///The curve: `Ed25519`. Known from Waterfall's general documentation.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        #[cfg_attr(feature = "schemars", schemars(with = "::std::string::String"))]
        pub crv: crate::Field<::std::string::String>,
        ///The name of the key; a signature names the key that it was made with. Known from Waterfall's general documentation.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        #[cfg_attr(feature = "schemars", schemars(with = "::std::string::String"))]
        pub kid: crate::Field<::std::string::String>,
        ///The type of key: `OKP` for Ed25519. Known from Waterfall's general documentation.
        pub kty: ::std::string::String,
        ///What the key is for: `sig`, signatures. Known from Waterfall's general documentation.
        #[serde(rename = "use")]
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        #[cfg_attr(feature = "schemars", schemars(with = "::std::string::String"))]
        pub use_: crate::Field<::std::string::String>,
        ///The public key: 32 bytes in base64url without padding. Known from Waterfall's general documentation.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        #[cfg_attr(feature = "schemars", schemars(with = "::std::string::String"))]
        pub x: crate::Field<::std::string::String>,
        /// Fields that the API description does not list, by name.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///The public keys that webhook signatures are checked with, as in RFC 7517. Known from Waterfall's general documentation.
    #[derive(::serde::Serialize, Clone, Debug, PartialEq)]
    #[non_exhaustive]
    #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
    pub struct JsonWebKeySet {
        ///The keys. During a rotation the old and the new key are both here for at least five minutes. Known from Waterfall's general documentation.
        pub keys: ::std::vec::Vec<JsonWebKey>,
        /// Fields that the API description does not list, by name.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///A job that has just been started. Known from Waterfall's general documentation.
    #[derive(::serde::Serialize, Clone, Debug, PartialEq)]
    #[non_exhaustive]
    #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
    pub struct LaunchedJob {
        ///The identifier of the job, for the finder. Known from Waterfall's general documentation.
        pub job_id: ::uuid::Uuid,
        /**When the job was started.

An ISO 8601 date and time. Three shapes are in use: `2023-09-20T20:23:36.086988` (no
offset, to be read as UTC), `2025-02-05T15:46:35.771Z` and
`2024-01-15T12:00:00.000000+00:00`. The shapes are those of the finder. Known from
Waterfall's general documentation.*/
        pub start_date: crate::Timestamp,
        /// Fields that the API description does not list, by name.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///A person, with the company and position they hold and the ways to reach them. Any field may be null or absent.
    #[derive(::serde::Serialize, Clone, Debug, Default, PartialEq)]
    #[non_exhaustive]
    #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
    pub struct Person {
        ///What the person says about themselves on the profile. Known from third parties; not on the finder's page.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        pub about: crate::Field<::std::string::String>,
        ///The domain of the present company.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        pub company_domain: crate::Field<::std::string::String>,
        ///Waterfall's identifier of the present company.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        pub company_id: crate::Field<::uuid::Uuid>,
        ///The last part of the address of the company's LinkedIn page.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        pub company_linkedin_id: crate::Field<::std::string::String>,
        ///The name of the present company.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        pub company_name: crate::Field<::std::string::String>,
        ///The name of the country where the person is.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        pub country: crate::Field<::std::string::String>,
        ///The department of the present position. The set of values is not published.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        pub department: crate::Field<::std::string::String>,
        ///The age of the company's domain in days.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        pub domain_age_days: crate::Field<i64>,
        ///How sure the professional e-mail address is. Only `high` was seen. The set of values is not published.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        pub email_confidence: crate::Field<::std::string::String>,
        ///Whether the professional e-mail address was verified.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        pub email_verified: crate::Field<bool>,
        ///What the verification of the professional e-mail address found. Only `safe` was seen. The set of values is not published.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        pub email_verified_status: crate::Field<::std::string::String>,
        ///The positions that the person holds and has held.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        pub experiences: crate::Field<::std::vec::Vec<Experience>>,
        ///The first name.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        pub first_name: crate::Field<::std::string::String>,
        ///Waterfall's identifier of the person.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        pub id: crate::Field<::uuid::Uuid>,
        ///The last name.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        pub last_name: crate::Field<::std::string::String>,
        ///The last part of the address of the LinkedIn profile.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        pub linkedin_id: crate::Field<::std::string::String>,
        ///The address of the LinkedIn profile.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        pub linkedin_url: crate::Field<::std::string::String>,
        ///Where the person is, as free text.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        pub location: crate::Field<::std::string::String>,
        ///A mobile phone number in the E.164 format.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        pub mobile_phone: crate::Field<::std::string::String>,
        ///A mail exchanger of the company's domain.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        pub mx_record: crate::Field<::std::string::String>,
        ///A private e-mail address.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        pub personal_email: crate::Field<::std::string::String>,
        ///Phone numbers in the E.164 format. The finder's page shows an empty array; allow for null as well.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        pub phone_numbers: crate::Field<::std::vec::Vec<::std::string::String>>,
        ///The e-mail address at the present company.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        pub professional_email: crate::Field<::std::string::String>,
        ///The level of the present position. The set of values is not published.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        pub seniority: crate::Field<::std::string::String>,
        ///Who runs the mail of the company's domain. The set of values is not published.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        pub smtp_provider: crate::Field<::std::string::String>,
        ///The present job title.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        pub title: crate::Field<::std::string::String>,
        /// Fields that the API description does not list, by name.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    ///What a job cost and what it found, in numbers. Any of the numbers may be missing. Described in Waterfall's general documentation and seen in third parties' samples; not on the finder's page.
    #[derive(::serde::Serialize, Clone, Debug, Default, PartialEq)]
    #[non_exhaustive]
    #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
    pub struct Usage {
        ///What is left on the account after the job, in US dollars. Described in Waterfall's general documentation and seen in third parties' samples; not on the finder's page.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        #[cfg_attr(feature = "schemars", schemars(with = "f64"))]
        pub balance_remaining_usd: crate::Field<f64>,
        ///How many persons were found. Described in Waterfall's general documentation and seen in third parties' samples; not on the finder's page.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        #[cfg_attr(feature = "schemars", schemars(with = "i64"))]
        pub persons_count: crate::Field<i64>,
        ///How many phone numbers were found. Described in Waterfall's general documentation and seen in third parties' samples; not on the finder's page.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        #[cfg_attr(feature = "schemars", schemars(with = "i64"))]
        pub phones_count: crate::Field<i64>,
        ///The price of the job in US dollars. Described in Waterfall's general documentation and seen in third parties' samples; not on the finder's page.
        #[serde(default, skip_serializing_if = "crate::Field::is_absent")]
        #[cfg_attr(feature = "schemars", schemars(with = "f64"))]
        pub total_usd: crate::Field<f64>,
        /// Fields that the API description does not list, by name.
        #[serde(flatten)]
        pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value>,
    }
    /// Error types.
    pub mod error {
        /// Error from a `TryFrom` or `FromStr` implementation.
        pub struct ConversionError(::std::borrow::Cow<'static, str>);
        impl ::std::error::Error for ConversionError {}
        impl ::std::fmt::Display for ConversionError {
            fn fmt(
                &self,
                f: &mut ::std::fmt::Formatter<'_>,
            ) -> Result<(), ::std::fmt::Error> {
                ::std::fmt::Display::fmt(&self.0, f)
            }
        }
        impl ::std::fmt::Debug for ConversionError {
            fn fmt(
                &self,
                f: &mut ::std::fmt::Formatter<'_>,
            ) -> Result<(), ::std::fmt::Error> {
                ::std::fmt::Debug::fmt(&self.0, f)
            }
        }
        impl From<&'static str> for ConversionError {
            fn from(value: &'static str) -> Self {
                Self(value.into())
            }
        }
        impl From<String> for ConversionError {
            fn from(value: String) -> Self {
                Self(value.into())
            }
        }
    }
    crate::__object! {
        ContactEnrichmentInput { field task = "task", } keep extra : ::serde_json::Map <
        ::std::string::String, ::serde_json::Value >
    }
    crate::__object! {
        ContactEnrichmentJob { field error = "error", field input = "input", field output
        = "output", required start_date = "start_date", required status = "status", field
        stop_date = "stop_date", } keep extra : ::serde_json::Map <
        ::std::string::String, ::serde_json::Value >
    }
    crate::__object! {
        ContactEnrichmentLaunch { field custom_fields = "custom_fields", field domain =
        "domain", field email = "email", field first_name = "first_name", field full_name
        = "full_name", field include_phones = "include_phones", field last_name =
        "last_name", field linkedin = "linkedin", field webhook_url = "webhook_url", }
        deny
    }
    crate::__object! {
        ContactEnrichmentOutput { field person = "person", field usage = "usage", } keep
        extra : ::serde_json::Map < ::std::string::String, ::serde_json::Value >
    }
    crate::__object! {
        ContactEnrichmentTask { field context_id = "context_id", field custom_fields =
        "custom_fields", field domain = "domain", field email = "email", field first_name
        = "first_name", field full_name = "full_name", field include_phones =
        "include_phones", field job_id = "job_id", field last_name = "last_name", field
        linkedin = "linkedin", field linkedin_url = "linkedin_url", field webhook_url =
        "webhook_url", } keep extra : ::serde_json::Map < ::std::string::String,
        ::serde_json::Value >
    }
    crate::__object! {
        ErrorEnvelope { field category = "category", required code = "code", field error
        = "error", field message = "message", field status = "status", } keep extra :
        ::serde_json::Map < ::std::string::String, ::serde_json::Value >
    }
    crate::__object! {
        Experience { field company_domain = "company_domain", field company_linkedin_id =
        "company_linkedin_id", field company_linkedin_url = "company_linkedin_url", field
        company_name = "company_name", field description = "description", field end_date
        = "end_date", field end_month = "end_month", field end_year = "end_year", field
        is_current = "is_current", field location = "location", field start_date =
        "start_date", field start_month = "start_month", field start_year = "start_year",
        field title = "title", } keep extra : ::serde_json::Map < ::std::string::String,
        ::serde_json::Value >
    }
    crate::__object! {
        JsonWebKey { field alg = "alg", field crv = "crv", field kid = "kid", required
        kty = "kty", field use_ = "use", field x = "x", } keep extra : ::serde_json::Map
        < ::std::string::String, ::serde_json::Value >
    }
    crate::__object! {
        JsonWebKeySet { required keys = "keys", } keep extra : ::serde_json::Map <
        ::std::string::String, ::serde_json::Value >
    }
    crate::__object! {
        LaunchedJob { required job_id = "job_id", required start_date = "start_date", }
        keep extra : ::serde_json::Map < ::std::string::String, ::serde_json::Value >
    }
    crate::__object! {
        Person { field about = "about", field company_domain = "company_domain", field
        company_id = "company_id", field company_linkedin_id = "company_linkedin_id",
        field company_name = "company_name", field country = "country", field department
        = "department", field domain_age_days = "domain_age_days", field email_confidence
        = "email_confidence", field email_verified = "email_verified", field
        email_verified_status = "email_verified_status", field experiences =
        "experiences", field first_name = "first_name", field id = "id", field last_name
        = "last_name", field linkedin_id = "linkedin_id", field linkedin_url =
        "linkedin_url", field location = "location", field mobile_phone = "mobile_phone",
        field mx_record = "mx_record", field personal_email = "personal_email", field
        phone_numbers = "phone_numbers", field professional_email = "professional_email",
        field seniority = "seniority", field smtp_provider = "smtp_provider", field title
        = "title", } keep extra : ::serde_json::Map < ::std::string::String,
        ::serde_json::Value >
    }
    crate::__object! {
        Usage { field balance_remaining_usd = "balance_remaining_usd", field
        persons_count = "persons_count", field phones_count = "phones_count", field
        total_usd = "total_usd", } keep extra : ::serde_json::Map <
        ::std::string::String, ::serde_json::Value >
    }
    crate::__open_enum! {
        ErrorCategory, Unknown { Auth = "AUTH", Permission = "PERMISSION", Quota =
        "QUOTA", Validation = "VALIDATION", NotFound = "NOT_FOUND", RateLimit =
        "RATE_LIMIT", Routing = "ROUTING", Internal = "INTERNAL" }
    }
    crate::__open_enum! {
        ErrorCode, Unknown { AuthBadApiKey = "AUTH_BAD_API_KEY", AuthMissingApiKey =
        "AUTH_MISSING_API_KEY", AuthNeedMasterApiKey = "AUTH_NEED_MASTER_API_KEY",
        PermissionFeatureNotEnabled = "PERMISSION_FEATURE_NOT_ENABLED",
        PermissionIncludePhonesRequiresPhoneEnrichment =
        "PERMISSION_INCLUDE_PHONES_REQUIRES_PHONE_ENRICHMENT", PermissionNeedAdminApiKey
        = "PERMISSION_NEED_ADMIN_API_KEY", QuotaAccountOverQuota =
        "QUOTA_ACCOUNT_OVER_QUOTA", ValidationBadDomain = "VALIDATION_BAD_DOMAIN",
        ValidationBadDomainDisposable = "VALIDATION_BAD_DOMAIN_DISPOSABLE",
        ValidationBadDomainEmailProvider = "VALIDATION_BAD_DOMAIN_EMAIL_PROVIDER",
        ValidationBadDomainInvalidCharacters =
        "VALIDATION_BAD_DOMAIN_INVALID_CHARACTERS", ValidationBadDomainNoMx =
        "VALIDATION_BAD_DOMAIN_NO_MX", ValidationBadDomainProviderDomain =
        "VALIDATION_BAD_DOMAIN_PROVIDER_DOMAIN", ValidationBadDomainServiceDomain =
        "VALIDATION_BAD_DOMAIN_SERVICE_DOMAIN", ValidationBadDomainSocialMedia =
        "VALIDATION_BAD_DOMAIN_SOCIAL_MEDIA", ValidationBadDomainTopLevel =
        "VALIDATION_BAD_DOMAIN_TOP_LEVEL", ValidationBadDomainUrlShortener =
        "VALIDATION_BAD_DOMAIN_URL_SHORTENER", ValidationBadEmailConsecutiveDigits =
        "VALIDATION_BAD_EMAIL_CONSECUTIVE_DIGITS", ValidationBadEmailInvalid =
        "VALIDATION_BAD_EMAIL_INVALID", ValidationBadEmailPersonalNotAllowed =
        "VALIDATION_BAD_EMAIL_PERSONAL_NOT_ALLOWED",
        ValidationBadEmailProfessionalNotAllowed =
        "VALIDATION_BAD_EMAIL_PROFESSIONAL_NOT_ALLOWED", ValidationBadEmailRole =
        "VALIDATION_BAD_EMAIL_ROLE", ValidationBadEmailTooLong =
        "VALIDATION_BAD_EMAIL_TOO_LONG", ValidationBadEmailTooManyDigits =
        "VALIDATION_BAD_EMAIL_TOO_MANY_DIGITS", ValidationBadJobId =
        "VALIDATION_BAD_JOB_ID", ValidationBadNameInvalid =
        "VALIDATION_BAD_NAME_INVALID", ValidationBadRequest = "VALIDATION_BAD_REQUEST",
        ValidationMissingBody = "VALIDATION_MISSING_BODY",
        ValidationMissingJobIdParameter = "VALIDATION_MISSING_JOB_ID_PARAMETER",
        NotFoundJobNotFound = "NOT_FOUND_JOB_NOT_FOUND", NotFoundNotFound =
        "NOT_FOUND_NOT_FOUND", RateLimitRateLimitExceeded =
        "RATE_LIMIT_RATE_LIMIT_EXCEEDED", RoutingInvalidPathOrMethod =
        "ROUTING_INVALID_PATH_OR_METHOD", InternalUnclassifiedError =
        "INTERNAL_UNCLASSIFIED_ERROR" }
    }
    crate::__open_enum! {
        JobState, Unknown { Running = "RUNNING", Succeeded = "SUCCEEDED", Failed =
        "FAILED", TimedOut = "TIMED_OUT", Aborted = "ABORTED" }
    }
}
/**Client for Waterfall API

Waterfall finds the data of a business contact: the person, the company and position,
and the ways to reach them. Enrichment runs as a job: launch it, then ask the finder
for its result, or give a webhook URL and have the result delivered.

## Rate limit

Each API key has a number of requests per interval; the interval is always 60 seconds,
and the number is 50 unless agreed otherwise. Launches and finder requests both count.
A request over the limit is answered with a 429, whose headers `Retry-After`,
`X-RateLimit-Limit`, `X-RateLimit-Interval` and `X-RateLimit-Remaining` tell how to go
on. Whether other answers carry the `X-RateLimit-*` headers is not known; this
document promises them on a 429 only, and a client may use them wherever they come.

## Errors

All errors have the form of `ErrorEnvelope`. Gateways in front of the API can answer
with other statuses (502, 503, 504) and with bodies of another form, or none.

## Changes

Fields, error codes and error categories are added without notice. A client must not
break on ones that it doesn't know.

## Sources

What a description says without a remark is on the page of the contact enrichment
finder. What is known from elsewhere, or not known at all, is marked as such. The rate
limit, the error answers and their headers are known from Waterfall's general
documentation and from third parties.

Version: 1.0.0*/
#[derive(Clone)]
pub struct Client {
    baseurl: ::std::string::String,
    client: ::reqwest::Client,
    transport: ::std::sync::Arc<dyn crate::Transport>,
}
impl Client {
    /// A client of the API at `baseurl` (scheme, host, and a path if
    /// there is one, without a slash at its end).
    ///
    /// `client` only builds requests; all of them are sent by `transport`.
    pub fn new(
        baseurl: &str,
        client: ::reqwest::Client,
        transport: ::std::sync::Arc<dyn crate::Transport>,
    ) -> Self {
        Self {
            baseurl: baseurl.to_owned(),
            client,
            transport,
        }
    }
}
impl ::std::fmt::Debug for Client {
    fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
        f.debug_struct("Client").field("baseurl", &self.baseurl).finish_non_exhaustive()
    }
}
#[allow(clippy::all)]
impl Client {
    /**Contact enrichment finder

Tells the state of a contact enrichment job and, once it has succeeded, its result.

Ask until `status` is no longer `RUNNING`; the other four states are final. Most jobs
take less than ten seconds, so wait 2 seconds before the first request, then 4, then
8. A caller who gave a `webhook_url` at the launch gets the same answer delivered and
needs no requests at all.

Jobs expire: after that the answer is a 404. How long they are kept is not known.

Sends a `GET` request to `/v1/enrichment/contact`

Arguments:
- `job_id`: The identifier of the job, as the launcher gave it.
*/
    pub async fn find_contact_enrichment<'a>(
        &'a self,
        job_id: &'a ::uuid::Uuid,
    ) -> ::std::result::Result<
        Reply<types::ContactEnrichmentJob>,
        CallError<types::ErrorEnvelope>,
    > {
        let url = format!("{}/v1/enrichment/contact", self.baseurl,);
        #[allow(unused_mut)]
        let mut request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .query(&progenitor_client::QueryParam::new("job_id", &job_id))
            .build()?;
        let answer = self
            .transport
            .execute(Request::new(&operations::FIND_CONTACT_ENRICHMENT, request))
            .await?;
        match answer.status().as_u16() {
            200u16 => answer.into_reply(),
            400u16 => Err(answer.into_refusal()),
            401u16 => Err(answer.into_refusal()),
            402u16 => Err(answer.into_refusal()),
            403u16 => Err(answer.into_refusal()),
            404u16 => Err(answer.into_refusal()),
            429u16 => Err(answer.into_refusal()),
            500u16 => Err(answer.into_refusal()),
            _ => Err(CallError::undocumented(answer)),
        }
    }
    /**Contact enrichment launcher

Starts a contact enrichment job and answers at once with its `job_id`; the finder, or
the webhook, has the result.

There is no idempotency key: a repeated request starts a second job and may be billed
a second time. This was reported by third parties. The rest of this operation is known
from Waterfall's general documentation.

Sends a `POST` request to `/v1/enrichment/contact`

Arguments:
- `body`: Whom to look for, and what to do with the result.
*/
    pub async fn launch_contact_enrichment<'a>(
        &'a self,
        body: &'a types::ContactEnrichmentLaunch,
    ) -> ::std::result::Result<
        Reply<types::LaunchedJob>,
        CallError<types::ErrorEnvelope>,
    > {
        let url = format!("{}/v1/enrichment/contact", self.baseurl,);
        #[allow(unused_mut)]
        let mut request = self
            .client
            .post(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .json(&body)
            .build()?;
        let answer = self
            .transport
            .execute(Request::new(&operations::LAUNCH_CONTACT_ENRICHMENT, request))
            .await?;
        match answer.status().as_u16() {
            200u16 => answer.into_reply(),
            400u16 => Err(answer.into_refusal()),
            401u16 => Err(answer.into_refusal()),
            402u16 => Err(answer.into_refusal()),
            403u16 => Err(answer.into_refusal()),
            429u16 => Err(answer.into_refusal()),
            500u16 => Err(answer.into_refusal()),
            _ => Err(CallError::undocumented(answer)),
        }
    }
    /**Webhook keys

The public keys that webhook signatures are checked with. No API key is needed.

Keep the set for five minutes. If a signature names a key that is not in the kept set,
fetch the set once more, at most once in 30 seconds, and then reject the delivery.
Known from Waterfall's general documentation.

Sends a `GET` request to `/.well-known/jwks.json`

*/
    pub async fn get_webhook_keys<'a>(
        &'a self,
    ) -> ::std::result::Result<
        Reply<types::JsonWebKeySet>,
        CallError<types::ErrorEnvelope>,
    > {
        let url = format!("{}/.well-known/jwks.json", self.baseurl,);
        #[allow(unused_mut)]
        let mut request = self
            .client
            .get(url)
            .header(
                ::reqwest::header::ACCEPT,
                ::reqwest::header::HeaderValue::from_static("application/json"),
            )
            .build()?;
        let answer = self
            .transport
            .execute(Request::new(&operations::GET_WEBHOOK_KEYS, request))
            .await?;
        match answer.status().as_u16() {
            200u16 => answer.into_reply(),
            500u16 => Err(answer.into_refusal()),
            _ => Err(CallError::undocumented(answer)),
        }
    }
}
/// What the API description says of each operation.
pub mod operations {
    use crate::Operation;
    ///`GET /v1/enrichment/contact`
    pub static FIND_CONTACT_ENRICHMENT: Operation = Operation::new(
        "findContactEnrichment",
        "GET",
        "/v1/enrichment/contact",
        &["apiKey"],
    );
    ///`POST /v1/enrichment/contact`
    pub static LAUNCH_CONTACT_ENRICHMENT: Operation = Operation::new(
        "launchContactEnrichment",
        "POST",
        "/v1/enrichment/contact",
        &["apiKey"],
    );
    ///`GET /.well-known/jwks.json`
    pub static GET_WEBHOOK_KEYS: Operation = Operation::new(
        "getWebhookKeys",
        "GET",
        "/.well-known/jwks.json",
        &[],
    );
}

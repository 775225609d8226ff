//! [`UnknownValue`], and the conversions of enums that keep undescribed values.

use std::fmt;

/// A value of an enum that the API description does not list.
///
/// APIs add values without notice. Unknown values are kept as text and serialized unchanged. A
/// later description may list the value, so compare it only by [`as_str`](Self::as_str).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnknownValue(Box<str>);

impl UnknownValue {
    #[doc(hidden)]
    pub fn __new(text: impl Into<Box<str>>) -> Self {
        Self(text.into())
    }

    /// Returns the original text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UnknownValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for UnknownValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

/// Implements the text conversions of a generated open enum: `KNOWN`, `as_str`, `Display`,
/// `FromStr`, `From` and serde. With the feature `schemars` of this crate, also implements
/// `JsonSchema` with the known values.
#[doc(hidden)]
#[macro_export]
macro_rules! __open_enum {
    ($name:ident, $unknown:ident { $($variant:ident = $text:literal),* $(,)? }) => {
        impl $name {
            /// The values that the API description lists, in the same order.
            pub const KNOWN: &'static [Self] = &[$(Self::$variant),*];

            /// Returns the value as the API writes it.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::$unknown(value) => value.as_str(),
                }
            }

            fn __known(text: &str) -> Option<Self> {
                match text {
                    $($text => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl ::std::convert::From<&str> for $name {
            fn from(text: &str) -> Self {
                Self::__known(text)
                    .unwrap_or_else(|| Self::$unknown($crate::UnknownValue::__new(text)))
            }
        }

        impl ::std::convert::From<::std::string::String> for $name {
            fn from(text: ::std::string::String) -> Self {
                Self::__known(&text)
                    .unwrap_or_else(|| Self::$unknown($crate::UnknownValue::__new(text)))
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = ::std::convert::Infallible;

            fn from_str(text: &str) -> ::std::result::Result<Self, <Self as ::std::str::FromStr>::Err> {
                ::std::result::Result::Ok(text.into())
            }
        }

        impl $crate::__private::serde::Serialize for $name {
            fn serialize<__S: $crate::__private::serde::Serializer>(
                &self,
                serializer: __S,
            ) -> ::std::result::Result<__S::Ok, __S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> $crate::__private::serde::Deserialize<'de> for $name {
            fn deserialize<__D: $crate::__private::serde::Deserializer<'de>>(
                deserializer: __D,
            ) -> ::std::result::Result<Self, __D::Error> {
                struct __Text;

                impl $crate::__private::serde::de::Visitor<'_> for __Text {
                    type Value = $name;

                    fn expecting(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                        f.write_str("a string")
                    }

                    fn visit_str<__E: $crate::__private::serde::de::Error>(
                        self,
                        text: &str,
                    ) -> ::std::result::Result<$name, __E> {
                        match $name::__known(text) {
                            Some(known) => Ok(known),
                            None => {
                                $crate::__decode::new_value()?;
                                Ok(text.into())
                            }
                        }
                    }
                }

                deserializer.deserialize_str(__Text)
            }
        }

        $crate::__open_enum_schema! { $name, [$($text),*] }
    };
}

// The feature belongs to this crate, not to the crate that contains the enum.
#[cfg(feature = "schemars")]
#[doc(hidden)]
#[macro_export]
macro_rules! __open_enum_schema {
    ($name:ident, [$($text:literal),*]) => {
        impl $crate::__private::schemars::JsonSchema for $name {
            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut $crate::__private::schemars::SchemaGenerator) -> $crate::__private::schemars::Schema {
                // `json_schema!` would recurse once for each value.
                let known: &[&str] = &[$($text),*];
                $crate::__private::schemars::json_schema!({ "type": "string", "enum": known })
            }
        }
    };
}

#[cfg(not(feature = "schemars"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __open_enum_schema {
    ($($unused:tt)*) => {};
}

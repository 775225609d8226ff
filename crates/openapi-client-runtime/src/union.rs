//! Decoding of generated unions.

/// `Deserialize` for a generated enum whose variants hold one type each.
#[doc(hidden)]
#[macro_export]
macro_rules! __union {
    ($name:ident { $($variant:ident($type:ty)),* $(,)? }) => {
        impl<'de> $crate::__private::serde::Deserialize<'de> for $name {
            fn deserialize<__D: $crate::__private::serde::Deserializer<'de>>(
                deserializer: __D,
            ) -> ::std::result::Result<Self, __D::Error> {
                $crate::__decode::union(
                    deserializer,
                    &[$(|value| {
                        <$type as $crate::__private::serde::Deserialize>::deserialize(value).map(Self::$variant)
                    }),*],
                )
            }
        }
    };
}

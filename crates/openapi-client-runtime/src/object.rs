//! Decoding of generated objects: unknown fields are kept without buffering
//! the known ones, which `#[serde(flatten)]` would do.

/// `Deserialize` for a generated struct.
///
/// `required` fields must be there, `field`s are [`Field`](crate::Field)s. The
/// tail says what happens to names that the description does not list: `keep`
/// collects them in a map, `deny` fails. The last of two equal names wins.
#[doc(hidden)]
#[macro_export]
macro_rules! __object {
    ($name:ident { $($kind:ident $field:ident = $wire:literal,)* } $($rest:tt)*) => {
        impl<'de> $crate::__private::serde::Deserialize<'de> for $name {
            fn deserialize<__D: $crate::__private::serde::Deserializer<'de>>(
                deserializer: __D,
            ) -> ::std::result::Result<Self, __D::Error> {
                #[allow(non_camel_case_types)]
                enum __Key {
                    $($field,)*
                    __Unknown(::std::string::String),
                }

                struct __KeyVisitor;

                impl $crate::__private::serde::de::Visitor<'_> for __KeyVisitor {
                    type Value = __Key;

                    fn expecting(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                        f.write_str("a field name")
                    }

                    #[inline]
                    fn visit_str<__E: $crate::__private::serde::de::Error>(
                        self,
                        name: &str,
                    ) -> ::std::result::Result<__Key, __E> {
                        match name {
                            $($wire => Ok(__Key::$field),)*
                            _ => Ok(__Key::__Unknown(name.to_owned())),
                        }
                    }
                }

                impl<'de> $crate::__private::serde::Deserialize<'de> for __Key {
                    #[inline]
                    fn deserialize<__D: $crate::__private::serde::Deserializer<'de>>(
                        deserializer: __D,
                    ) -> ::std::result::Result<Self, __D::Error> {
                        deserializer.deserialize_identifier(__KeyVisitor)
                    }
                }

                struct __Object;

                impl<'de> $crate::__private::serde::de::Visitor<'de> for __Object {
                    type Value = $name;

                    fn expecting(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                        f.write_str("an object")
                    }

                    #[inline]
                    fn visit_map<__A: $crate::__private::serde::de::MapAccess<'de>>(
                        self,
                        mut map: __A,
                    ) -> ::std::result::Result<$name, __A::Error> {
                        $(let mut $field = $crate::__object!(@start $kind);)*
                        $crate::__object!(@open $($rest)*);
                        while let Some(key) = map.next_key::<__Key>()? {
                            match key {
                                $(__Key::$field => {
                                    $field = $crate::__object!(@read $kind map);
                                })*
                                __Key::__Unknown(name) => {
                                    $crate::__object!(@unknown name map [$($wire),*] $($rest)*);
                                }
                            }
                        }
                        $crate::__object!(@build $name { $($kind $field = $wire,)* } $($rest)*)
                    }
                }

                deserializer.deserialize_map(__Object)
            }
        }
    };

    (@start required) => { None };
    (@start field) => { $crate::Field::absent() };
    (@read required $map:ident) => { Some($map.next_value()?) };
    (@read field $map:ident) => { $map.next_value()? };
    (@finish required $field:ident $wire:literal) => {
        match $field {
            Some(value) => value,
            None => return Err($crate::__private::serde::de::Error::missing_field($wire)),
        }
    };
    (@finish field $field:ident $wire:literal) => { $field };

    (@open keep $extra:ident : $map:ty) => { let mut $extra = <$map>::default(); };
    (@open deny) => {};
    (@unknown $name:ident $map_access:ident [$($wire:literal),*] keep $extra:ident : $map:ty) => {
        $extra.insert($name, $map_access.next_value()?)
    };
    (@unknown $name:ident $map_access:ident [$($wire:literal),*] deny) => {
        return Err($crate::__private::serde::de::Error::unknown_field(&$name, &[$($wire),*]))
    };
    (@build $type:ident { $($kind:ident $field:ident = $wire:literal,)* } keep $extra:ident : $map:ty) => {
        Ok($type { $($field: $crate::__object!(@finish $kind $field $wire),)* $extra })
    };
    (@build $type:ident { $($kind:ident $field:ident = $wire:literal,)* } deny) => {
        Ok($type { $($field: $crate::__object!(@finish $kind $field $wire),)* })
    };
}

//! Decoding of generated objects: unknown fields are kept without buffering
//! the known ones, which `#[serde(flatten)]` would do.

/// `Deserialize` for a generated struct.
///
/// `required` fields must be present, `field`s are [`Field`](crate::Field)s. The tail determines
/// the handling of names that are not described: `keep` collects them in a map, `deny` fails. The
/// last of two equal names is used.
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
                        map: __A,
                    ) -> ::std::result::Result<$name, __A::Error> {
                        if $crate::__decode::is_strict() { strict(map) } else { keeping(map) }
                    }
                }

                // Two loops, so that the one for matching values is as fast as possible.
                #[inline(always)]
                fn strict<'de, __A: $crate::__private::serde::de::MapAccess<'de>>(
                    mut map: __A,
                ) -> ::std::result::Result<$name, __A::Error> {
                    $crate::__object!(@fields strict map $name { $($kind $field = $wire,)* } $($rest)*)
                }

                #[cold]
                #[inline(never)]
                fn keeping<'de, __A: $crate::__private::serde::de::MapAccess<'de>>(
                    mut map: __A,
                ) -> ::std::result::Result<$name, __A::Error> {
                    $crate::__object!(@fields keeping map $name { $($kind $field = $wire,)* } $($rest)*)
                }

                deserializer.deserialize_map(__Object)
            }
        }
    };

    (@fields $mode:ident $map:ident $name:ident { $($kind:ident $field:ident = $wire:literal,)* } $($rest:tt)*) => {{
        $(let mut $field = $crate::__object!(@start $kind);)*
        $crate::__object!(@open $($rest)*);
        $crate::__object!(@each $mode $map { $($kind $field = $wire,)* } $($rest)*);
        $crate::__object!(@build $name { $($kind $field = $wire,)* } $($rest)*)
    }};

    (@each strict $map:ident { $($kind:ident $field:ident = $wire:literal,)* } $($rest:tt)*) => {
        while let Some(key) = $map.next_key::<__Key>()? {
            match key {
                // The old value needs no check whether it has to be dropped.
                $(__Key::$field => {
                    let value = $crate::__object!(@read $kind strict $map $wire);
                    $crate::__object!(@set $kind $field value);
                })*
                __Key::__Unknown(name) => {
                    $crate::__object!(@unknown name $map [$($wire),*] $($rest)*);
                }
            }
        }
    };
    // By name, so that the decoder of keys has one caller and becomes a part of it.
    (@each keeping $map:ident { $($kind:ident $field:ident = $wire:literal,)* } $($rest:tt)*) => {
        while let Some(name) = $map.next_key::<::std::string::String>()? {
            match name.as_str() {
                $($wire => {
                    $field = $crate::__object!(@read $kind keeping $map $wire);
                })*
                _ => {
                    $crate::__object!(@unknown name $map [$($wire),*] $($rest)*);
                }
            }
        }
    };

    (@set required $field:ident $value:ident) => { $field = $value; };
    (@set field $field:ident $value:ident) => {
        if $field.is_absent() {
            $field = $value;
        } else {
            $crate::__decode::replace(&mut $field, $value);
        }
    };
    (@start required) => { None };
    (@start field) => { $crate::Field::absent() };
    (@read required strict $map:ident $wire:literal) => { Some($map.next_value()?) };
    (@read field strict $map:ident $wire:literal) => {
        $crate::__decode::present($map.next_value()?)
    };
    (@read required keeping $map:ident $wire:literal) => {
        Some($crate::__decode::required(&mut $map, $wire)?)
    };
    (@read field keeping $map:ident $wire:literal) => {
        $crate::__decode::field(&mut $map, $wire)?
    };
    (@finish required $field:ident $wire:literal) => {
        match $field {
            Some(value) => value,
            None => return Err($crate::__decode::missing($wire)),
        }
    };
    (@finish field $field:ident $wire:literal) => { $field };

    (@open keep $extra:ident : $map:ty) => { let mut $extra = <$map>::default(); };
    (@open deny) => {};
    (@unknown $name:ident $map_access:ident [$($wire:literal),*] keep $extra:ident : $map:ty) => {
        $crate::__decode::Extra::read(&mut $extra, $name, &mut $map_access)?
    };
    (@unknown $name:ident $map_access:ident [$($wire:literal),*] deny) => {
        return Err($crate::__decode::unknown(&$name, &[$($wire),*]))
    };
    (@build $type:ident { $($kind:ident $field:ident = $wire:literal,)* } keep $extra:ident : $map:ty) => {
        Ok($type { $($field: $crate::__object!(@finish $kind $field $wire),)* $extra })
    };
    (@build $type:ident { $($kind:ident $field:ident = $wire:literal,)* } deny) => {
        Ok($type { $($field: $crate::__object!(@finish $kind $field $wire),)* })
    };
}

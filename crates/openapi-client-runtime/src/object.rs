//! Decoding of generated objects. Unknown fields are kept without buffering the known fields,
//! unlike with `#[serde(flatten)]`.

/// Implements `Deserialize` for a generated struct.
///
/// `required` fields must be present; each `field` is a [`Field`](crate::Field). Each entry has the
/// JSON name. The tail selects the handling of undescribed names: `keep` collects
/// them in a map, `deny` fails. If a name occurs twice, the last value is used.
///
/// The expansion is small, because a program compiles it for every described object.
#[doc(hidden)]
#[macro_export]
macro_rules! __object {
    ($name:ident { $($kind:ident $field:ident = $wire:literal,)* } $($rest:tt)*) => {
        impl $crate::__decode::Object for $name {
            const NAMES: &'static $crate::__decode::Names =
                &$crate::__decode::Names::new(&[$($wire),*]);

            fn strict<'de, __A: $crate::__private::serde::de::MapAccess<'de>>(
                mut map: __A,
            ) -> ::std::result::Result<Self, __A::Error> {
                #[allow(dead_code, non_camel_case_types)]
                enum __Position {
                    $($field,)*
                }
                $(let mut $field = $crate::__object!(@start $kind);)*
                $crate::__object!(@open $($rest)*);
                while let Some(name) = $crate::__decode::next_name(&mut map, Self::NAMES)? {
                    let outcome = match name {
                        $($crate::__decode::Name::Known(position)
                            if position == __Position::$field as usize =>
                        {
                            $crate::__decode::$kind(&mut map, &mut $field)
                        })*
                        $crate::__decode::Name::Known(_) => ::std::result::Result::Ok(()),
                        $crate::__decode::Name::Unknown(name) => {
                            $crate::__object!(@unknown name map $($rest)*)
                        }
                    };
                    outcome?;
                }
                $crate::__object!(@build { $($kind $field = $wire,)* } $($rest)*)
            }

            #[cold]
            fn keeping<__E: $crate::__private::serde::de::Error>(
                mut members: $crate::__decode::Members,
            ) -> ::std::result::Result<Self, __E> {
                $crate::__object!(@keeping members { $($kind $field = $wire,)* } $($rest)*)
            }
        }

        impl<'de> $crate::__private::serde::Deserialize<'de> for $name {
            fn deserialize<__D: $crate::__private::serde::Deserializer<'de>>(
                deserializer: __D,
            ) -> ::std::result::Result<Self, __D::Error> {
                $crate::__decode::object(deserializer)
            }
        }
    };

    (@start required) => { None };
    (@start field) => { $crate::Field::absent() };
    (@open keep $extra:ident : $map:ty) => { let mut $extra = <$map>::default(); };
    (@open deny) => {};
    (@unknown $name:ident $access:ident keep $extra:ident : $map:ty) => {
        $crate::__decode::Extra::read(&mut $extra, $name, &mut $access)
    };
    (@unknown $name:ident $access:ident deny) => {
        ::std::result::Result::Err($crate::__decode::unknown(&$name, Self::NAMES))
    };
    (@build { $($kind:ident $field:ident = $wire:literal,)* } keep $extra:ident : $map:ty) => {
        Ok(Self { $($field: $crate::__object!(@finish $kind $field $wire),)* $extra })
    };
    (@build { $($kind:ident $field:ident = $wire:literal,)* } deny) => {
        Ok(Self { $($field: $crate::__object!(@finish $kind $field $wire),)* })
    };
    (@finish required $field:ident $wire:literal) => {
        match $field {
            Some(value) => value,
            None => return Err($crate::__decode::missing($wire)),
        }
    };
    (@finish field $field:ident $wire:literal) => { $field };

    (@keeping $members:ident { $($kind:ident $field:ident = $wire:literal,)* } keep $extra:ident : $map:ty) => {
        Ok(Self {
            $($field: $crate::__object!(@take $kind $members $wire),)*
            $extra: $members.rest(Self::NAMES),
        })
    };
    (@keeping $members:ident { $($kind:ident $field:ident = $wire:literal,)* } deny) => {{
        $members.deny_rest(Self::NAMES)?;
        Ok(Self { $($field: $crate::__object!(@take $kind $members $wire),)* })
    }};
    (@take required $members:ident $wire:literal) => { $members.required($wire)? };
    (@take field $members:ident $wire:literal) => { $members.field($wire) };
}

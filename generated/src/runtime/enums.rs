//! Enumerations that keep members which are newer than this crate.

use std::fmt;

use super::json::{Json, Malformed, Reader, write_string};

/// The documented members of an enumeration with their names on the wire.
pub type Members<E> = &'static [(&'static str, E)];

/// An enumeration: its documented members, and any other text.
///
/// Implemented by every enumeration of this crate.
pub trait OpenEnum: Clone + PartialEq + 'static {
    /// The documented members with their names on the wire.
    const MEMBERS: Members<Self>;

    /// A value that is not documented.
    fn from_unknown(value: UnknownValue) -> Self;

    /// The value, if it is not documented.
    fn unknown(&self) -> Option<&UnknownValue>;
}

/// The name of an enumeration member that this crate does not know.
///
/// Compare names rather than this: the next version of the crate may know the member.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct UnknownValue(Box<str>);

impl UnknownValue {
    /// The name on the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Several members of an enumeration at once, as `a,b,c` on the wire; unknown members are kept.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Flags<E>(Vec<E>);

impl<E: OpenEnum> Flags<E> {
    /// The members.
    pub fn iter(&self) -> impl Iterator<Item = &E> {
        self.0.iter()
    }

    /// Whether `member` is one of them.
    pub fn contains(&self, member: &E) -> bool {
        self.0.contains(member)
    }

    /// Adds a member.
    pub fn insert(&mut self, member: E) {
        if !self.contains(&member) {
            self.0.push(member);
        }
    }
}

impl<E> Default for Flags<E> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<E: OpenEnum> FromIterator<E> for Flags<E> {
    fn from_iter<I: IntoIterator<Item = E>>(members: I) -> Self {
        let mut flags = Self::default();
        for member in members {
            flags.insert(member);
        }
        flags
    }
}

impl<E: OpenEnum> From<E> for Flags<E> {
    fn from(member: E) -> Self {
        Self(vec![member])
    }
}

impl<E: OpenEnum> fmt::Display for Flags<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, member) in self.iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            f.write_str(name(member))?;
        }
        Ok(())
    }
}

impl<E: OpenEnum> fmt::Debug for Flags<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

impl<E: OpenEnum> Json for Flags<E> {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let text = reader.string()?;
        let names = text
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty());
        Ok(names.map(member::<E>).collect())
    }

    fn write(&mut self, out: &mut String) {
        write_string(out, &self.to_string());
    }
}

/// The member with this name, in any case.
pub(crate) fn member<E: OpenEnum>(name: &str) -> E {
    let exact = E::MEMBERS.iter().find(|(other, _)| *other == name);
    let found = exact.or_else(|| {
        E::MEMBERS
            .iter()
            .find(|(other, _)| other.eq_ignore_ascii_case(name))
    });
    found.map_or_else(
        || E::from_unknown(UnknownValue(name.into())),
        |(_, member)| member.clone(),
    )
}

/// The name of a member.
pub(crate) fn name<E: OpenEnum>(value: &E) -> &str {
    let known = || {
        E::MEMBERS
            .iter()
            .find(|(_, member)| member == value)
            .map(|(name, _)| *name)
    };
    value
        .unknown()
        .map(UnknownValue::as_str)
        .or_else(known)
        .unwrap_or_default()
}

#[allow(dead_code)] // Not every API has enumerations.
pub(crate) fn read<E: OpenEnum>(reader: &mut Reader<'_>) -> Result<E, Malformed> {
    reader.string().map(|name| member(&name))
}

#[allow(dead_code)] // Not every API has enumerations.
pub(crate) fn write<E: OpenEnum>(value: &E, out: &mut String) {
    write_string(out, name(value));
}

/// Gives enumerations what all of them have, each with a call to the one implementation.
#[allow(unused_macros)] // Not every API has enumerations.
macro_rules! open_enums {
    ($($name:ident),* $(,)?) => {
        $(
            impl OpenEnum for $name {
                const MEMBERS: Members<Self> = Self::MEMBERS;

                #[inline]
                fn from_unknown(value: UnknownValue) -> Self {
                    Self::UnknownValue(value)
                }

                #[inline]
                fn unknown(&self) -> Option<&UnknownValue> {
                    if let Self::UnknownValue(value) = self { Some(value) } else { None }
                }
            }

            impl $name {
                /// The name on the wire.
                #[inline]
                pub fn as_str(&self) -> &str {
                    $crate::runtime::enums::name(self)
                }
            }

            impl From<&str> for $name {
                #[inline]
                fn from(name: &str) -> Self {
                    $crate::runtime::enums::member(name)
                }
            }

            impl std::fmt::Debug for $name {
                #[inline]
                fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str(self.as_str())
                }
            }

            impl $crate::runtime::Json for $name {
                #[inline]
                fn read(
                    reader: &mut $crate::runtime::Reader<'_>,
                ) -> Result<Self, $crate::runtime::Malformed> {
                    $crate::runtime::enums::read(reader)
                }

                #[inline]
                fn write(&mut self, out: &mut String) {
                    $crate::runtime::enums::write(self, out);
                }
            }
        )*

        $crate::runtime::model::serde_traits!($($name),*);
    };
}
#[allow(unused_imports)]
pub(crate) use open_enums;

//! XML with indentation, for [`super`]: elements and attributes, no text.
//!
//! Comes in: element names, attributes, nested calls for the children. Goes out: a document.
//! Invariant: whatever the values hold, the document is well-formed (XML 1.0): values are escaped, and characters
//! that XML cannot hold (section 2.2) are left out.

use std::{borrow::Cow, io};

use quick_xml::{
    Writer,
    events::{BytesDecl, BytesEnd, BytesStart, Event},
};

/// An attribute; `None` is not written.
pub(super) type Attribute<'a> = (&'static str, Option<&'a str>);

/// A document in the making.
pub(super) struct Xml {
    writer: Writer<Vec<u8>>,
    /// The start tag that has been opened last, as long as it has no children.
    pending: Option<BytesStart<'static>>,
}

impl Xml {
    /// An empty document.
    pub(super) fn new() -> Self {
        let mut xml = Self { writer: Writer::new_with_indent(Vec::new(), b' ', 2), pending: None };
        xml.write(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)));
        xml
    }

    /// Writes an element and what `children` writes into it.
    pub(super) fn element(
        &mut self,
        name: &'static str,
        attributes: &[Attribute<'_>],
        children: impl FnOnce(&mut Self),
    ) {
        self.flush();
        let mut start = BytesStart::new(name);
        for (name, value) in attributes {
            if let Some(value) = value {
                start.push_attribute((*name, &*legal(value)));
            }
        }
        self.pending = Some(start);
        children(self);
        match self.pending.take() {
            Some(start) => self.write(Event::Empty(start)),
            None => self.write(Event::End(BytesEnd::new(name))),
        }
    }

    /// Writes an element without children.
    pub(super) fn empty(&mut self, name: &'static str, attributes: &[Attribute<'_>]) {
        self.element(name, attributes, |_| {});
    }

    /// The document.
    pub(super) fn finish(self) -> String {
        let mut bytes = self.writer.into_inner();
        bytes.push(b'\n');
        // Every event was made of strings, so this replaces nothing.
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn flush(&mut self) {
        if let Some(start) = self.pending.take() {
            self.write(Event::Start(start));
        }
    }

    fn write(&mut self, event: Event<'_>) {
        let written: io::Result<()> = self.writer.write_event(event);
        debug_assert!(written.is_ok(), "a Vec takes every write");
    }
}

/// A value without the characters that XML cannot hold.
fn legal(value: &str) -> Cow<'_, str> {
    if value.chars().all(is_xml_char) {
        Cow::Borrowed(value)
    } else {
        value.chars().filter(|&c| is_xml_char(c)).collect()
    }
}

/// `Char` of XML 1.0, section 2.2.
fn is_xml_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..='\u{10FFFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_nest_and_values_are_escaped() {
        let mut xml = Xml::new();
        xml.element("a", &[("x", Some("<\"&\u{1}\n>")), ("y", None)], |xml| {
            xml.empty("b", &[]);
            xml.element("c", &[], |xml| xml.empty("d", &[("z", Some("é"))]));
        });
        insta::assert_snapshot!(xml.finish(), @r#"
        <?xml version="1.0" encoding="utf-8"?>
        <a x="&lt;&quot;&amp;&#10;&gt;">
          <b/>
          <c>
            <d z="é"/>
          </c>
        </a>
        "#);
    }
}

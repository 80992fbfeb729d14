//! XML as elements within elements, whatever the text is.
//!
//! Comes in: a text. Goes out: steps into an element, texts, and steps out of it.
//! Invariants: every step in is followed by its step out, even where the end tag is missing, stands in the wrong place
//! or comes too late; never are more than [`DEPTH_LIMIT`] elements open; no entity is expanded.

use std::borrow::Cow;

use quick_xml::{
    Reader, XmlVersion,
    events::{BytesRef, BytesStart, Event},
};

use super::{DEPTH_LIMIT, Problem};
use crate::span::ByteRange;

/// One step through a document.
#[derive(Debug)]
pub(super) enum Step<'a> {
    /// Into an element.
    In(Element<'a>),
    /// Text within the element.
    Text(Cow<'a, str>),
    /// Out of the element that was entered last; at the end, out of the document.
    Out,
}

/// A start tag.
#[derive(Debug)]
pub(super) struct Element<'a> {
    /// The name without a prefix.
    pub(super) name: &'a str,
    /// From `<` to `>`.
    pub(super) at: ByteRange,
    attributes: Vec<Attribute<'a>>,
}

/// An attribute of a start tag.
#[derive(Debug)]
pub(super) struct Attribute<'a> {
    pub(super) name: &'a str,
    /// Without references to characters.
    pub(super) value: Cow<'a, str>,
    /// Between the quotes.
    pub(super) at: ByteRange,
}

impl<'a> Element<'a> {
    /// The first attribute with this name.
    pub(super) fn attribute(&self, name: &str) -> Option<&Attribute<'a>> {
        self.attributes.iter().find(|it| it.name == name)
    }

    /// All attributes in the order of the tag.
    pub(super) fn attributes(&self) -> &[Attribute<'a>] {
        &self.attributes
    }
}

/// A document on the way through it.
pub(super) struct Elements<'a> {
    text: &'a str,
    reader: Reader<&'a [u8]>,
    /// The names, with prefixes, and start tags of the elements that are open.
    open: Vec<(&'a str, ByteRange)>,
    /// How many of them are to be left before reading goes on.
    leave: usize,
    is_over: bool,
    pub(super) problems: Vec<Problem>,
}

impl<'a> Elements<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let mut reader = Reader::from_str(text);
        let config = reader.config_mut();
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        config.allow_dangling_amp = true;
        Self {
            text,
            reader,
            open: Vec::new(),
            leave: 0,
            is_over: false,
            problems: Vec::new(),
        }
    }

    pub(super) fn problem(&mut self, at: ByteRange, what: impl Into<String>) {
        self.problems.push(Problem {
            at,
            what: what.into(),
        });
    }

    /// The next element within the one that is open; `None`, once, where that ends. Text is passed over.
    pub(super) fn child(&mut self) -> Option<Element<'a>> {
        loop {
            match self.next() {
                Step::In(element) => return Some(element),
                Step::Text(_) => {}
                Step::Out => return None,
            }
        }
    }

    /// Passes over what is left of the element that is open.
    pub(super) fn skip(&mut self) {
        let mut depth = 1usize;
        while depth > 0 {
            match self.next() {
                Step::In(_) => depth += 1,
                Step::Text(_) => {}
                Step::Out => depth -= 1,
            }
        }
    }

    /// The next step.
    pub(super) fn next(&mut self) -> Step<'a> {
        loop {
            if self.leave > 0 {
                self.leave -= 1;
                self.open.pop();
                return Step::Out;
            }
            if self.is_over {
                return self.leave_at_end();
            }
            let start = self.position();
            match self.reader.read_event() {
                Ok(Event::Start(tag)) => {
                    if let Some(element) = self.enter(&tag) {
                        return Step::In(element);
                    }
                }
                Ok(Event::Empty(tag)) => {
                    if let Some(element) = self.enter(&tag) {
                        self.leave = 1;
                        return Step::In(element);
                    }
                }
                Ok(Event::End(tag)) => self.close(tag.name().0, start),
                Ok(Event::Text(text)) => return Step::Text(text.into_inner()),
                Ok(Event::CData(text)) => return Step::Text(text.into_inner()),
                Ok(Event::GeneralRef(reference)) => {
                    return Step::Text(self.referenced(&reference, start));
                }
                Ok(Event::DocType(_)) => {
                    let at = ByteRange::new(start, self.position());
                    self.problem(
                        at,
                        "a document type declaration is not read, nor what it declares",
                    );
                }
                Ok(Event::Decl(_) | Event::PI(_) | Event::Comment(_)) => {}
                Ok(Event::Eof) => self.is_over = true,
                Err(error) => {
                    let at = ByteRange::new(start, self.position().max(start));
                    self.problem(at, format!("no XML: {error}"));
                    // An error that the reader does not move on from would come again and again.
                    self.is_over = self.position() <= start;
                }
            }
        }
    }

    /// Where reading has come to.
    fn position(&self) -> usize {
        let position = usize::try_from(self.reader.buffer_position()).unwrap_or(usize::MAX);
        position.min(self.text.len())
    }

    /// Out of each element that is still open.
    fn leave_at_end(&mut self) -> Step<'a> {
        if let Some((name, at)) = self.open.pop() {
            self.problem(at, format!("`{name}` is not closed"));
        }
        Step::Out
    }

    /// Opens an element, unless it lies too deep.
    fn enter(&mut self, tag: &BytesStart) -> Option<Element<'a>> {
        let name = self.own(tag.name().0)?;
        let at = ByteRange::new(name.0.start as usize - 1, self.position());
        if self.open.len() >= DEPTH_LIMIT {
            let what =
                format!("more than {DEPTH_LIMIT} elements within one another; reading ends here");
            self.problem(at, what);
            self.is_over = true;
            return None;
        }
        let attributes = self.attributes(tag);
        self.open.push((name.1, at));
        Some(Element {
            name: local(name.1),
            at,
            attributes,
        })
    }

    fn attributes(&mut self, tag: &BytesStart) -> Vec<Attribute<'a>> {
        let mut out = Vec::new();
        // Whether names repeat is left unchecked: the check takes the square of their number.
        for attribute in tag.attributes().with_checks(false) {
            let attribute = match attribute {
                Ok(attribute) => attribute,
                Err(error) => {
                    let at = self.own(tag.name().0).map(|(at, _)| at).unwrap_or_default();
                    self.problem(at, format!("no attribute: {error}"));
                    continue;
                }
            };
            let Some(((_, name), (at, raw))) =
                self.own(attribute.key.0).zip(self.own(&attribute.value))
            else {
                continue;
            };
            let value = match attribute.normalized_value(XmlVersion::Implicit1_0) {
                Ok(Cow::Borrowed(_)) => Cow::Borrowed(raw),
                Ok(Cow::Owned(value)) => Cow::Owned(value),
                Err(error) => {
                    self.problem(at, format!("the value stays as it is: {error}"));
                    Cow::Borrowed(raw)
                }
            };
            out.push(Attribute {
                name: local(name),
                value,
                at,
            });
        }
        out
    }

    /// The same part of the text with the text's own lifetime, and its place: what the reader lends is always a part of
    /// the text.
    fn own(&self, part: &str) -> Option<(ByteRange, &'a str)> {
        let at = ByteRange::of_part(self.text, part)?;
        Some((at, at.of(self.text)))
    }

    /// An end tag: leaves the nearest open element of that name, with all that was left open in it.
    fn close(&mut self, name: &str, start: usize) {
        let at = ByteRange::new(start, self.position());
        match self.open.iter().rposition(|(open, _)| *open == name) {
            Some(index) => {
                self.leave = self.open.len() - index;
                for index in index + 1..self.open.len() {
                    let (name, at) = self.open[index];
                    self.problem(at, format!("`{name}` is not closed"));
                }
            }
            None => self.problem(at, format!("`{name}` is closed, but not open")),
        }
    }

    /// What a reference in a text stands for: a character, or itself.
    fn referenced(&mut self, reference: &BytesRef, start: usize) -> Cow<'a, str> {
        let at = ByteRange::new(start, self.position());
        if let Ok(Some(character)) = reference.resolve_char_ref() {
            return Cow::Owned(character.to_string());
        }
        let name = self.own(reference).map_or("", |(_, name)| name);
        if let Some(text) = quick_xml::escape::resolve_predefined_entity(name) {
            return Cow::Borrowed(text);
        }
        self.problem(at, format!("`&{name};` stands for nothing"));
        Cow::Borrowed(at.of(self.text))
    }
}

/// A name without a prefix.
fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

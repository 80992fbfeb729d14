//! The comments with JSON that belong to no code block: annotations of whole pages above all.
//!
//! Comes in: a page. Goes out: the objects in its comments. Those that belong to code blocks are in
//! [`PageContext::blocks`].

use super::page::{self, AnnotationText, PageContext};
use crate::sections::{Block, Section};

/// The objects in comments that belong to no code block.
pub fn detached<'c>(cx: &'c PageContext<'_, '_>) -> impl Iterator<Item = AnnotationText> + 'c {
    let sections = cx.page.sections.iter();
    sections.flat_map(move |section| of_section(cx, section))
}

fn of_section<'c>(
    cx: &'c PageContext<'_, '_>,
    section: &'c Section,
) -> impl Iterator<Item = AnnotationText> + 'c {
    section.blocks.iter().filter_map(move |block| match block {
        Block::Html(range) => {
            let belongs = section.codes().any(|code| code.annotation == Some(*range));
            let annotation = || page::annotation(cx.page, *range);
            (!belongs).then(annotation).flatten()
        }
        Block::Text(_) | Block::Table(_) | Block::Code(_) | Block::Include(_) => None,
    })
}

/// All objects in comments: those of code blocks, then the others.
pub fn all(cx: &PageContext<'_, '_>, mut look: impl FnMut(&AnnotationText)) {
    let blocks = cx.blocks().iter();
    blocks
        .filter_map(|block| block.annotation.as_ref())
        .for_each(&mut look);
    detached(cx).for_each(|annotation| look(&annotation));
}

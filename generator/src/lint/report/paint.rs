//! The colors of texts for a terminal.

use anstyle::{AnsiColor, Style};

use super::Colors;
use crate::lint::finding::Severity;

impl Colors {
    /// The style, or none.
    fn pick(self, style: Style) -> Style {
        match self {
            Self::Plain => Style::new(),
            Self::Ansi => style,
        }
    }

    /// Of what is named.
    pub(super) fn strong(self) -> Style {
        self.pick(Style::new().bold())
    }

    /// Of what is only there to be looked up.
    pub(super) fn faint(self) -> Style {
        self.pick(Style::new().dimmed())
    }

    /// Of the mark of a fix.
    pub(super) fn fix(self) -> Style {
        self.pick(AnsiColor::Cyan.on_default())
    }

    /// Of a severity and a code.
    pub(super) fn severity(self, severity: Severity) -> Style {
        let color = match severity {
            Severity::Error => AnsiColor::BrightRed,
            Severity::Warning => AnsiColor::Yellow,
            Severity::Info => AnsiColor::BrightBlue,
        };
        self.pick(color.on_default().bold())
    }
}

//! [`Styles`]: emphasis on a terminal.

use anstream::stream::RawStream;
use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};

/// The text styles for one stream. Without colors, all of them are plain.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Styles {
    title: Style,
    label: Style,
    error: Style,
}

impl Styles {
    /// Returns the styles for a stream: plain if the stream is not a terminal, or if the
    /// environment disables colors (`NO_COLOR`, `TERM=dumb`).
    pub(crate) fn for_stream(stream: &impl RawStream) -> Self {
        if AutoStream::choice(stream) == ColorChoice::Never {
            return Self::default();
        }
        Self {
            title: Style::new().bold(),
            label: Style::new().dimmed(),
            error: AnsiColor::Red.on_default().bold(),
        }
    }

    pub(crate) fn title(self, text: &str) -> String {
        styled(self.title, text)
    }

    pub(crate) fn label(self, text: &str) -> String {
        styled(self.label, text)
    }

    pub(crate) fn error(self, text: &str) -> String {
        styled(self.error, text)
    }
}

fn styled(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

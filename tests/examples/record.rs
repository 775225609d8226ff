//! Records a batch of the program in its sandbox as an animated SVG:
//!
//! ```sh
//! cargo build -p waterfall-cli && cargo run -p waterfall-tests --example record -- docs/batch.svg
//! ```

use std::fmt::Write as _;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use std::{env, fs};

/// The recorded command, as displayed.
const SHOWN: &str = "waterfall enrich - --sandbox < people.txt";
const ARGS: [&str; 3] = ["enrich", "-", "--sandbox"];
const PEOPLE: &str = "docs/people.txt";

/// The size of the terminal.
const COLUMNS: usize = 100;
/// The sizes of a character and of the margin, in pixels.
const CHARACTER: (f64, f64) = (8.4, 20.0);
const MARGIN: f64 = 16.0;

/// A line of the terminal, and the time at which it appears.
#[derive(Debug, PartialEq)]
struct Line {
    at: Duration,
    text: String,
}

fn main() -> io::Result<()> {
    let Some(out) = env::args().nth(1) else {
        return Err(io::Error::other("usage: record FILE.svg"));
    };
    let top = waterfall_tests::top();
    let lines = record(&program()?, &top.join(PEOPLE))?;
    fs::write(&out, svg(&lines))?;
    println!("{out}: {} lines", lines.len());
    Ok(())
}

/// Returns the program `waterfall`, which is built into the same folder as this example.
fn program() -> io::Result<PathBuf> {
    let this = env::current_exe()?;
    let folder = this.parent().and_then(Path::parent).unwrap_or(Path::new("."));
    let program = folder.join(format!("waterfall{}", env::consts::EXE_SUFFIX));
    match program.is_file() {
        true => Ok(program),
        false => Err(io::Error::other("build the program first: cargo build -p waterfall-cli")),
    }
}

fn record(program: &Path, people: &Path) -> io::Result<Vec<Line>> {
    let started = Instant::now();
    // Both streams are written to one pipe, as to a terminal, so that lines keep their order.
    let (output, terminal) = io::pipe()?;
    let mut child = Command::new(program)
        .args(ARGS)
        .stdin(fs::File::open(people)?)
        .stdout(terminal.try_clone()?)
        .stderr(terminal)
        .spawn()?;
    let mut lines = Vec::new();
    for text in BufReader::new(output).lines() {
        lines.extend(wrapped(Line { at: started.elapsed(), text: text? }));
    }
    child.wait()?;
    Ok(lines)
}

/// Formats a line with the line breaks of the terminal.
fn wrapped(line: Line) -> Vec<Line> {
    let characters: Vec<char> = line.text.chars().collect();
    let rows = characters.chunks(COLUMNS);
    rows.map(|row| Line { text: row.iter().collect(), ..line }).collect()
}

/// Draws the lines. Each line appears once, at its time. A viewer without animations shows all
/// lines.
fn svg(lines: &[Line]) -> String {
    let height = 2.0 * MARGIN + CHARACTER.1 * (lines.len() + 1) as f64;
    let width = 2.0 * MARGIN + CHARACTER.0 * COLUMNS as f64;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" \
         width=\"{width:.0}\" height=\"{height:.0}\">\n\
         <title>{}</title>\n\
         <style>\n\
         text {{ font: 14px ui-monospace, Menlo, Consolas, monospace; white-space: pre }}\n\
         .line {{ fill: #e6edf3 }} .prompt {{ fill: #7ee787 }}\n\
         .later {{ animation: appear 1ms both }}\n\
         @keyframes appear {{ from {{ visibility: hidden }} to {{ visibility: visible }} }}\n\
         @media (prefers-reduced-motion) {{ .later {{ animation: none }} }}\n\
         </style>\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#0d1117\"/>\n",
        escaped(SHOWN)
    );
    let mut row = |index: usize, class: &str, at: Option<Duration>, text: &str| {
        let y = MARGIN + CHARACTER.1 * (index as f64 + 0.75);
        let (class, style) = match at {
            Some(at) => (
                format!("{class} later"),
                format!(" style=\"animation-delay: {:.1}s\"", at.as_secs_f64()),
            ),
            None => (class.to_owned(), String::new()),
        };
        let _ = writeln!(
            svg,
            "<text class=\"{class}\"{style} x=\"{MARGIN}\" y=\"{y}\">{}</text>",
            escaped(text)
        );
    };
    row(0, "prompt", None, &format!("$ {SHOWN}"));
    for (index, line) in lines.iter().enumerate() {
        row(index + 1, "line", Some(line.at), &line.text);
    }
    svg + "</svg>\n"
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: String) -> Line {
        Line { at: Duration::from_millis(1_540), text }
    }

    #[test]
    fn long_lines_are_broken() {
        let rows = wrapped(line("x".repeat(COLUMNS + 1)));
        assert_eq!(rows, [line("x".repeat(COLUMNS)), line("x".to_owned())]);
    }

    #[test]
    fn a_line_appears_at_its_time() {
        let svg = svg(&[line("a < b & c".to_owned())]);
        assert!(svg.contains("&lt; people.txt"), "{svg}");
        let row = "<text class=\"line later\" style=\"animation-delay: 1.5s\" x=\"16\" y=\"51\">";
        assert!(svg.contains(&format!("{row}a &lt; b &amp; c</text>")), "{svg}");
    }
}

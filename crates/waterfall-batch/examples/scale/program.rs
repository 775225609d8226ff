//! Measures the time and the memory of the commands of `waterfall batch`.

use std::error::Error;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::{Options, store_results};

/// The interval at which the memory of a process is read.
const PAUSE: Duration = Duration::from_millis(10);

/// Exit codes of successful commands: rows are left, or nothing was found.
const ACCEPTED: [i32; 3] = [0, 1, 11];

pub(crate) fn measure(program: &Path, options: &Options) -> Result<(), Box<dyn Error>> {
    let program = fs::canonicalize(program)?;
    for is_quoted in [false, true] {
        let folder = tempfile::tempdir()?;
        let path = |name: &str| folder.path().join(name);
        write_table(&path("in.csv"), options.rows, is_quoted)?;
        let bytes = fs::metadata(path("in.csv"))?.len();
        let cells = if is_quoted { "quoted" } else { "plain" };
        println!("{} rows, {cells} cells, {} MB", options.rows, bytes / 1_000_000);
        let run = |what: &str, args: &[&str]| command(&program, folder.path(), what, args);
        let import = ["run", "in.csv", "-o", "out.csv", "--sandbox", "--max-launches", "0"];
        run("plan", &["plan", "in.csv"])?;
        run("run, no launches", &import)?;
        run("run again", &import)?;
        run("status", &["status", "out.csv"])?;
        store_results(&path("out.csv.journal"), options.result)?;
        run("status, all done", &["status", "out.csv"])?;
        run("export", &["export", "out.csv"])?;
        run("export, JSON lines", &["export", "out.csv", "-o", "out.jsonl"])?;
        run("forget", &["forget", "out.csv", "--yes"])?;
    }
    Ok(())
}

fn write_table(path: &Path, rows: u64, is_quoted: bool) -> Result<(), Box<dyn Error>> {
    let mut file = BufWriter::new(File::create(path)?);
    let quote = if is_quoted { "\"" } else { "" };
    writeln!(file, "Name,Work Email,Title,City,Notes")?;
    for number in 0..rows {
        // The API rejects addresses with many digits in a row.
        let (thousands, rest, company) = (number / 1_000, number % 1_000, number % 5_000);
        let email = format!("person{thousands}.{rest}@company{company}.example.com");
        writeln!(
            file,
            "{quote}Person {number}{quote},{email},{quote}Head of Sales{quote},Berlin,\
             {quote}met at a fair{quote}"
        )?;
    }
    Ok(file.flush()?)
}

/// Runs a command to its end, and prints its duration and peak memory.
fn command(program: &Path, folder: &Path, what: &str, args: &[&str]) -> Result<(), Box<dyn Error>> {
    let log = File::create(folder.join("stderr"))?;
    let mut command = Command::new(program);
    command.arg("batch").args(args).current_dir(folder).stdin(Stdio::null());
    let began = Instant::now();
    let mut child = command.stdout(Stdio::null()).stderr(log).spawn()?;
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    let ended = loop {
        if let Some(ended) = child.try_wait()? {
            break ended;
        }
        peak = peak.max(peak_of(&status).unwrap_or(0));
        sleep(PAUSE);
    };
    println!("{what:<18} {:>7.2} s, peak memory {peak} kB", began.elapsed().as_secs_f64());
    if !ended.code().is_some_and(|code| ACCEPTED.contains(&code)) {
        let log = fs::read_to_string(folder.join("stderr"))?;
        return Err(format!("{what}: {ended}: {log}").into());
    }
    Ok(())
}

fn peak_of(status: &str) -> Option<u64> {
    let status = fs::read_to_string(status).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

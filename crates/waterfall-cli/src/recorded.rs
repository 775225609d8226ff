//! Reports the requests that were recorded.

use serde_json::json;
use waterfall::recording::Recording;

use crate::output;

/// Reports a recording on stderr.
pub(crate) fn report(recording: &Recording, json: bool) {
    let (recorded, failed) = (recording.exchanges(), recording.failures());
    let directory = recording.directory().display();
    if json {
        let event = json!({
            "event": "recorded",
            "directory": directory.to_string(),
            "requests": recorded,
            "not_recorded": failed,
        });
        return output::stderr(&event.to_string());
    }
    output::stderr(&format!("recorded: {} in {directory}", requests(recorded)));
    if failed > 0 {
        output::stderr(&format!(
            "warning: {} could not be recorded; is the disk full?",
            requests(failed)
        ));
    }
}

fn requests(count: u64) -> String {
    if count == 1 { "1 request".to_owned() } else { format!("{count} requests") }
}

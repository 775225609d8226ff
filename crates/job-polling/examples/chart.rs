//! Draws the cost of policies, as reads against lag, and the optimum:
//!
//! ```sh
//! cargo run --release -p job-polling --example chart -- docs/policies.svg
//! ```
//!
//! Job durations are those of the default of `simulate`. The chart is identical in each run.

#[allow(dead_code, reason = "shared with the example `simulate`")]
#[path = "simulate/optimum.rs"]
mod optimum;
#[allow(dead_code, reason = "shared with the example `simulate`")]
#[path = "simulate/play.rs"]
mod play;
#[path = "simulate/times.rs"]
mod times;

use std::error::Error;
use std::time::Duration;

use job_polling::PollPolicy;
use plotters::prelude::*;

use crate::optimum::Cost;
use crate::play::Player;
use crate::times::Times;

/// The durations of jobs: most take seconds, some take a minute.
const TIMES: &str = "lognormal:5,0.6*0.97+lognormal:45,0.5*0.03";
/// The number of jobs for which a client waits, learning from the first, and the number of clients.
const JOBS: usize = 500;
const CLIENTS: u64 = 10;
/// The number of durations that represent the distribution.
const POINTS: usize = 20_000;

/// The pauses of the fixed schedules, in seconds.
const PAUSES: [f64; 7] = [0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 8.0];
/// The factors of the exponential schedules, which start with a pause of one second.
const FACTORS: [f64; 6] = [1.15, 1.3, 1.5, 1.75, 2.0, 2.5];
/// The seconds of waiting that a read is worth.
const READ_COSTS: [f64; 8] = [0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0];

/// The size of the picture, and the ranges of its axes.
const SIZE: (u32, u32) = (760, 440);
const MOST_READS: f64 = 8.0;
const LONGEST_LAG: f64 = 6.0;

/// A kind of policy: a point for each of its settings, as reads and lag.
struct Series {
    name: &'static str,
    color: RGBColor,
    points: Vec<(f64, f64)>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let out = std::env::args().nth(1).ok_or("usage: chart FILE.svg")?;
    std::fs::write(&out, chart(&series(JOBS)?)?)?;
    println!("{out}");
    Ok(())
}

/// Returns the costs of all policies, as means over this many jobs of each client.
fn series(jobs: usize) -> Result<Vec<Series>, Box<dyn Error>> {
    let times: Times = TIMES.parse()?;
    let points = times.points(POINTS);
    let best = |read_cost| {
        let cost = optimum::cost(&points, &optimum::schedule(&points, read_cost));
        (cost.reads, cost.lag)
    };
    let cost_of = |policy: &PollPolicy| cost(&times, jobs, policy);
    let fixed = PAUSES.map(|pause| PollPolicy::fixed(Duration::from_secs_f64(pause)));
    let adaptive =
        READ_COSTS.map(|cost| PollPolicy::adaptive_with_read_cost(Duration::from_secs_f64(cost)));
    let exponential = FACTORS.map(|factor| format!("exponential:1,{factor},60").parse());
    let exponential = exponential.into_iter().collect::<Result<Vec<PollPolicy>, _>>()?;
    let series = |name, color, points| Series { name, color, points };
    Ok(vec![
        series("fixed pause", RGBColor(140, 140, 140), fixed.iter().map(cost_of).collect()),
        series("exponential", RGBColor(200, 120, 0), exponential.iter().map(cost_of).collect()),
        series("recommended", RGBColor(170, 40, 40), vec![cost_of(&PollPolicy::recommended())]),
        series("adaptive", RGBColor(30, 90, 200), adaptive.iter().map(cost_of).collect()),
        series("optimum", RGBColor(20, 140, 70), READ_COSTS.map(best).to_vec()),
    ])
}

/// Returns the mean reads and lag of a policy.
fn cost(times: &Times, jobs: usize, policy: &PollPolicy) -> (f64, f64) {
    let mut sum = Cost::default();
    for seed in 1..=CLIENTS {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut player = Player::new(policy.clone(), seed, true);
        for _ in 0..jobs {
            let cost = player.wait(times.draw(&mut random));
            sum.reads += cost.reads;
            sum.lag += cost.lag;
        }
    }
    let count = jobs as f64 * CLIENTS as f64;
    (sum.reads / count, sum.lag / count)
}

fn chart(series: &[Series]) -> Result<String, Box<dyn Error>> {
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        area.fill(&WHITE)?;
        let mut chart = ChartBuilder::on(&area)
            .margin(16)
            .x_label_area_size(40)
            .y_label_area_size(48)
            .build_cartesian_2d(1.0..MOST_READS, 0.0..LONGEST_LAG)?;
        chart
            .configure_mesh()
            .x_desc("reads per job")
            .y_desc("mean lag behind the end of a job, in seconds")
            .light_line_style(WHITE)
            .x_label_formatter(&|reads| format!("{reads:.0}"))
            .y_label_formatter(&|lag| format!("{lag:.0}"))
            .draw()?;
        for Series { name, color, points } in series {
            let shown = |&(reads, lag): &(f64, f64)| reads <= MOST_READS && lag <= LONGEST_LAG;
            let points: Vec<_> = points.iter().copied().filter(shown).collect();
            let color = *color;
            chart.draw_series(LineSeries::new(points.clone(), color.stroke_width(2)))?;
            chart
                .draw_series(points.iter().map(|&point| Circle::new(point, 4, color.filled())))?
                .label(*name)
                .legend(move |(x, y)| Circle::new((x + 10, y), 4, color.filled()));
        }
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::UpperRight)
            .background_style(WHITE)
            .border_style(BLACK.mix(0.3))
            .draw()?;
        area.present()?;
    }
    Ok(svg)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_policy_is_drawn_and_none_beats_the_optimum() {
        let series = series(20).unwrap();
        let svg = chart(&series).unwrap();
        for Series { name, points, .. } in &series {
            assert!(svg.contains(name), "{name}");
            assert!(points.iter().any(|&(reads, lag)| reads <= MOST_READS && lag <= LONGEST_LAG));
        }
        let read_cost = 2.0;
        let least = |name: &str| {
            let of = |series: &&Series| series.name == name;
            let points = &series.iter().find(of).unwrap().points;
            let seconds = |&(reads, lag): &(f64, f64)| Cost { reads, lag }.seconds(read_cost);
            points.iter().map(seconds).fold(f64::MAX, f64::min)
        };
        for name in ["fixed pause", "exponential", "recommended"] {
            assert!(least(name) > least("optimum"), "{name}");
        }
    }
}

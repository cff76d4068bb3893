//! The plot: two panels, commands a second and p99 latency against callers, drawn by hand as SVG on a light ground.

use std::fmt::Write;

/// One measurement of one side.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Point {
    pub(crate) callers: f64,
    pub(crate) ops_s: f64,
    pub(crate) p99_us: f64,
}

/// Both sides.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Curves {
    pub(crate) ours: Vec<Point>,
    pub(crate) peer: Vec<Point>,
}

const OURS: &str = "#0b6e4f";
const PEER: &str = "#b3541e";
const INK: &str = "#222";
const GRID: &str = "#ddd";

/// Where a panel stands, and what it shows.
struct Panel {
    left: f64,
    title: &'static str,
    unit: &'static str,
    value: fn(&Point) -> f64,
}

const TOP: f64 = 64.0;
const WIDTH: f64 = 380.0;
const HEIGHT: f64 = 280.0;

/// The plot as a whole.
pub(crate) fn draw(curves: &Curves) -> String {
    let panels = [
        Panel { left: 70.0, title: "Commands a second", unit: "commands/s", value: |point| point.ops_s },
        Panel { left: 550.0, title: "p99 latency", unit: "ms", value: |point| point.p99_us / 1_000.0 },
    ];
    let mut svg = String::from(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 960 420\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <title>Single commands against callers: ens and cqrs-es on one PostgreSQL</title>\n\
         <rect width=\"960\" height=\"420\" fill=\"#fff\"/>\n",
    );
    for panel in &panels {
        svg.push_str(&panel.draw(curves));
    }
    svg.push_str(&legend());
    svg.push_str("</svg>\n");
    svg
}

fn legend() -> String {
    let entry = |left: u32, colour: &str, name: &str| {
        format!(
            "<line x1=\"{left}\" y1=\"402\" x2=\"{}\" y2=\"402\" stroke=\"{colour}\" stroke-width=\"2.5\"/>\
             <text x=\"{}\" y=\"406\" fill=\"{INK}\">{name}</text>\n",
            left + 28,
            left + 36
        )
    };
    entry(250, OURS, "ens") + &entry(360, PEER, "cqrs-es + postgres-es, with its view (logarithmic scales)")
}

/// A logarithmic axis between two powers of its base.
struct Axis {
    base: f64,
    from: f64,
    to: f64,
}

impl Axis {
    fn over(base: f64, values: impl Iterator<Item = f64>) -> Self {
        let (least, most) =
            values.filter(|value| *value > 0.0).fold((f64::INFINITY, 0.0_f64), |(least, most), value| (least.min(value), most.max(value)));
        if most <= 0.0 {
            return Self { base, from: 0.0, to: 1.0 };
        }
        let from = least.log(base).floor();
        Self { base, from, to: most.log(base).ceil().max(from + 1.0) }
    }

    /// Where a value stands, from 0 to 1.
    fn place(&self, value: f64) -> f64 {
        ((value.max(f64::MIN_POSITIVE).log(self.base) - self.from) / (self.to - self.from)).clamp(0.0, 1.0)
    }

    fn ticks(&self) -> Vec<f64> {
        let mut exponent = self.from;
        let mut ticks = Vec::new();
        while exponent <= self.to + 1e-9 {
            ticks.push(self.base.powf(exponent));
            exponent += 1.0;
        }
        ticks
    }
}

impl Panel {
    fn draw(&self, curves: &Curves) -> String {
        let points = || curves.ours.iter().chain(&curves.peer);
        let across = Axis::over(2.0, points().map(|point| point.callers));
        let up = Axis::over(10.0, points().map(self.value));
        let mut svg = self.frame(&across, &up);
        for (side, colour) in [(&curves.peer, PEER), (&curves.ours, OURS)] {
            let places: Vec<(f64, f64)> =
                side.iter().map(|point| (self.x(across.place(point.callers)), y(up.place((self.value)(point))))).collect();
            let line: String = places.iter().map(|(x, y)| format!("{x:.1},{y:.1} ")).collect();
            add(
                &mut svg,
                format_args!("<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2.5\"/>\n", line.trim_end()),
            );
            for (x, y) in places {
                add(&mut svg, format_args!("<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.5\" fill=\"{colour}\"/>\n"));
            }
        }
        svg
    }

    fn frame(&self, across: &Axis, up: &Axis) -> String {
        let (left, right, bottom) = (self.left, self.left + WIDTH, TOP + HEIGHT);
        let mut svg = format!("<text x=\"{left}\" y=\"34\" font-size=\"15\" font-weight=\"bold\" fill=\"{INK}\">{}</text>\n", self.title);
        add(&mut svg, format_args!("<text x=\"{left}\" y=\"54\" fill=\"{INK}\">{}</text>\n", self.unit));
        for tick in up.ticks() {
            let y = y(up.place(tick));
            add(&mut svg, format_args!("<line x1=\"{left}\" y1=\"{y:.1}\" x2=\"{right}\" y2=\"{y:.1}\" stroke=\"{GRID}\"/>\n"));
            add(
                &mut svg,
                format_args!("<text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\" fill=\"{INK}\">{}</text>\n", left - 8.0, y + 4.0, label(tick)),
            );
        }
        for tick in across.ticks() {
            let x = self.x(across.place(tick));
            add(&mut svg, format_args!("<line x1=\"{x:.1}\" y1=\"{TOP}\" x2=\"{x:.1}\" y2=\"{bottom}\" stroke=\"{GRID}\"/>\n"));
            add(
                &mut svg,
                format_args!("<text x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\" fill=\"{INK}\">{}</text>\n", bottom + 18.0, label(tick)),
            );
        }
        let middle = left + WIDTH / 2.0;
        add(
            &mut svg,
            format_args!("<text x=\"{middle}\" y=\"{}\" text-anchor=\"middle\" fill=\"{INK}\">callers at once</text>\n", bottom + 38.0),
        );
        svg
    }

    fn x(&self, place: f64) -> f64 {
        self.left + place * WIDTH
    }
}

fn y(place: f64) -> f64 {
    TOP + (1.0 - place) * HEIGHT
}

fn label(tick: f64) -> String {
    if tick >= 1_000.0 { format!("{:.0}k", tick / 1_000.0) } else { format!("{tick}") }
}

fn add(svg: &mut String, part: std::fmt::Arguments<'_>) {
    // Writing into a string does not fail.
    let _ = svg.write_fmt(part);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plot_has_a_point_for_each_measurement_of_each_panel() {
        let curve = |speed: f64| [1.0, 32.0, 256.0].map(|callers| Point { callers, ops_s: speed * callers, p99_us: 1_000.0 }).to_vec();
        let svg = draw(&Curves { ours: curve(1_000.0), peer: curve(100.0) });
        assert_eq!((svg.matches("<circle").count(), svg.matches("<polyline").count()), (12, 4));
        assert!(svg.contains(">256<") && svg.contains("callers at once") && svg.ends_with("</svg>\n"));
    }

    #[test]
    fn an_axis_reaches_over_its_values() {
        let axis = Axis::over(10.0, [120.0, 45_000.0].into_iter());
        assert_eq!(axis.ticks().iter().map(|tick| label(tick.round())).collect::<Vec<_>>(), ["100", "1k", "10k", "100k"]);
        assert!(axis.place(100.0).abs() < 1e-9 && (axis.place(100_000.0) - 1.0).abs() < 1e-9);
    }
}

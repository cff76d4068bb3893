//! Progress bars on the error output, for somebody who watches; hidden where nobody does.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Where progress is shown.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    seen: Seen,
}

#[derive(Debug, Clone, Copy)]
enum Seen {
    OnTerminal,
    Nowhere,
}

impl Progress {
    /// On the error output, if it is a terminal.
    pub const fn shown() -> Self {
        Self { seen: Seen::OnTerminal }
    }

    /// Nowhere.
    pub const fn hidden() -> Self {
        Self { seen: Seen::Nowhere }
    }

    /// A bar for so many steps.
    pub fn bar(self, what: &'static str, steps: u64) -> ProgressBar {
        let target = match self.seen {
            // indicatif draws nothing where the error output is no terminal.
            Seen::OnTerminal => ProgressDrawTarget::stderr(),
            Seen::Nowhere => ProgressDrawTarget::hidden(),
        };
        let bar = ProgressBar::with_draw_target(Some(steps), target).with_message(what);
        match ProgressStyle::with_template("{msg:<34} {bar:30} {human_pos:>10}/{human_len}  {eta}") {
            Ok(style) => bar.with_style(style),
            // The default style serves as well: a bar is no reason to stop.
            Err(_) => bar,
        }
    }
}

//! Messages to persons, from the command to the delivery: e-mail through a real SMTP server, letters through a folder, bounces, wording.

mod after_the_fact;
mod background;
mod bounces;
mod clocks;
mod crashes;
mod email;
mod letters;
mod other_messages;
mod piped;
mod smtp_server;
mod sweeps;
mod test_service;
mod windows;
mod wording;

//! Messages to persons, from the order to the receipt: e-mail through a real SMTP server, letters through a folder, bounces, words.

mod bounces;
mod crashes;
mod days;
mod due;
mod letters;
mod mails;
mod news;
mod smtp;
mod windows;
mod words;
mod world;

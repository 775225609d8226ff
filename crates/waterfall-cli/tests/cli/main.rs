//! The real program against real servers on this machine.

mod card;
mod enrich;
mod exit_codes;
mod get_many;
mod help;
mod interrupt;
mod json;
mod listen;
mod listen_exec;
mod listen_forward;
mod many;
mod many_interrupted;
mod post;
mod sandbox;
mod secrets;
mod stopping;
mod support;
mod terminal;
mod usage;
mod verbose;
mod verify;

//! From the API description to reviewed code.
#![allow(missing_docs)]

pub mod document;
pub mod down_convert;
pub mod emit;
pub mod load;
pub mod markers;
pub mod normalise;
pub mod overlay;
pub mod schemas;

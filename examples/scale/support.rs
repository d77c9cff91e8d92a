//! The naive oracle of the tests, which is the other side of every comparison.

// The tests use the rest.
#![allow(dead_code, unused_imports)]

#[path = "../../tests/support/oracle/mod.rs"]
pub mod oracle;
#[path = "../../tests/support/world.rs"]
pub mod world;

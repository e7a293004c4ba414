//! How pages look.

use super::words::words;

words! {
    /// Light or dark, as a person chose; without a choice, as the device.
    Theme { Light = "light", Dark = "dark", }
}

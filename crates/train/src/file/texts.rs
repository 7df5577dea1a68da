//! The caller's texts in a model file.

use super::section::Section;

/// The three texts that a caller keeps in a model file; this crate does not read them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts {
    /// The settings.
    pub settings: String,
    /// The statistics.
    pub statistics: String,
    /// The state of the run's monitoring.
    pub monitor: String,
}

impl Texts {
    /// Returns the texts with their sections.
    pub(crate) fn sections(&self) -> [(Section, &str); 3] {
        [
            (Section::Settings, &self.settings),
            (Section::Statistics, &self.statistics),
            (Section::Monitor, &self.monitor),
        ]
    }
}

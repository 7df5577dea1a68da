//! The texts that a caller keeps in a model file.

use super::section::Section;

/// The three texts that a caller keeps in a model file; nothing here reads them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts {
    /// The settings.
    pub settings: String,
    /// The statistics.
    pub statistics: String,
    /// What watches the run's progress knows.
    pub monitor: String,
}

impl Texts {
    /// The sections that hold them.
    pub(crate) fn sections(&self) -> [(Section, &str); 3] {
        [
            (Section::Settings, &self.settings),
            (Section::Statistics, &self.statistics),
            (Section::Monitor, &self.monitor),
        ]
    }
}

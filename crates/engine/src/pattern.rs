//! Sets of patterns, the features that read them, and the tables that they select entries of.
//!
//! A pattern is a list of squares. On a board, each square is a ternary digit: 0 empty, 1 side to move, 2 opponent. The
//! digits form the index into the pattern's weight table: the sum of digit · 3^k over the squares in order, the first
//! square being the least significant. A *feature* is a pattern in one of the eight orientations of the board.
//!
//! The features of a pattern cover all symmetries of the board, so that the evaluation is the same for all of them. A
//! pattern that is its own mirror image needs four features: an entry and its [mirror image](Pattern::mirror) then share
//! a weight. A pattern without any symmetry needs eight.

use std::fmt::{self, Write};
use std::ops::{Deref, Range};
use std::sync::{Arc, LazyLock};

use crate::board::Board;
use crate::indices::{Lanes, MAX_FEATURES, PlaceValues};
use crate::kernel::{Kernel, Task, dispatch};
use crate::shipped::{FEATURES, PLACE_VALUES, SHAPES, oriented};
use crate::square::Square;

/// Stages of the evaluation: one for each number of discs from 4 to 63, each with its own tables.
pub const STAGES: usize = 60;

/// The fourteen patterns of the models that ship with the package.
pub static PATTERNS: LazyLock<Arc<PatternSet>> = LazyLock::new(|| {
    let shapes = SHAPES.map(|(name, squares)| (name.to_owned(), squares.to_vec()));
    let patterns = PatternSet::of_shapes(shapes.to_vec()).expect("the fourteen patterns are sound");
    Arc::new(PatternSet { shipped: true, ..patterns })
});

/// A list of squares that are read as one ternary number.
#[derive(Debug)]
pub struct Pattern {
    /// Its name, such as `"P01"`.
    pub name: String,
    /// The squares in the order of their digits, least significant first, in the pattern's first orientation.
    pub squares: Vec<u8>,
    offset: usize,
    features: Range<usize>,
    mirror: Vec<u16>,
}

impl Pattern {
    /// Returns the number of entries of the pattern's table: 3 to the power of its number of squares.
    pub fn entries(&self) -> usize {
        self.mirror.len()
    }

    /// Returns the start of the pattern's table within the entries of a stage.
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// Returns the features that read the pattern.
    pub fn features(&self) -> Range<usize> {
        self.features.clone()
    }

    /// Returns, for each entry of the table, the entry of its mirror image. The two share a weight. In a pattern without
    /// symmetry, every entry is its own mirror image.
    pub fn mirror(&self) -> &[u16] {
        &self.mirror
    }
}

/// Patterns that are evaluated together.
///
/// The order of a pattern's squares is that of their digits: those nearest to the centre come first, whatever order they
/// are given in, since the positions of one search differ most there and then read weights of the same cache lines.
///
/// ```
/// use shirokuro_engine::PatternSet;
///
/// let patterns = PatternSet::new([("edge", "a1 b1 c1 d1 e1 f1 g1 h1"), ("hook", "a1 b1 c1 c2")])?;
/// // The edge is its own mirror image, and the hook is not.
/// assert_eq!((patterns[0].features(), patterns[1].features()), (0..4, 4..12));
/// assert_eq!(patterns[1].entries(), 81);
///
/// let error = PatternSet::new([("edge", "a1 b1 a1")]).unwrap_err();
/// assert_eq!(error.to_string(), "pattern \"edge\": a1 is given twice");
/// # Ok::<(), shirokuro_engine::PatternError>(())
/// ```
pub struct PatternSet {
    patterns: Vec<Pattern>,
    /// The squares of each feature in the order of its digits, and the number of its pattern.
    features: Vec<(Vec<u8>, usize)>,
    values: Box<PlaceValues>,
    /// The start of the table of each feature within the entries of a stage.
    offsets: [u32; MAX_FEATURES],
    stage_entries: usize,
    shipped: bool,
}

/// Patterns cannot be used together, or one of them not at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// One pattern is wrong.
    #[error("pattern {name:?}: {reason}")]
    Pattern {
        /// Its name.
        name: String,
        /// The problem.
        reason: String,
    },
    /// There is no pattern.
    #[error("patterns = 0: must be at least 1")]
    Empty,
    /// There are more features than a position can have.
    #[error(
        "patterns: {features} features, that is patterns in different orientations: must be at most {MAX_FEATURES}"
    )]
    TooManyFeatures {
        /// Their number.
        features: usize,
    },
}

impl PatternSet {
    /// The fewest and the most squares of a pattern. An index of eleven digits would not fit into 16 bits.
    pub const SQUARES: (usize, usize) = (2, 10);

    /// The most characters of a pattern's name.
    pub const MAX_NAME: usize = 16;

    /// Creates a set from names and squares, such as `("corner", "a1 b1 a2 b2")`. If they are the fourteen patterns of
    /// [`PATTERNS`], it is that set.
    ///
    /// # Errors
    /// A name or a square is wrong or given twice, a pattern has too few or too many squares, two patterns are the same up to
    /// symmetry, or there are too many of them.
    pub fn new<N: AsRef<str>, S: AsRef<str>>(
        patterns: impl IntoIterator<Item = (N, S)>,
    ) -> Result<Arc<Self>, PatternError> {
        let mut shapes: Vec<(String, Vec<u8>)> = Vec::new();
        for (name, squares) in patterns {
            let name = name.as_ref();
            let wrong = |reason: String| PatternError::Pattern { name: name.to_owned(), reason };
            check_name(name).map_err(wrong)?;
            if shapes.iter().any(|(other, _)| other == name) {
                return Err(wrong("the name is given twice".to_owned()));
            }
            let squares = parse_squares(squares.as_ref()).map_err(wrong)?;
            let images: Vec<Vec<u8>> = (0..8).map(|orientation| sorted(image(&squares, orientation))).collect();
            if let Some((same, _)) = shapes.iter().find(|(_, other)| images.contains(&sorted(other.clone()))) {
                return Err(wrong(format!("the same squares as pattern {same:?}, up to a symmetry of the board")));
            }
            shapes.push((name.to_owned(), squares));
        }
        if shapes.iter().map(|(name, squares)| (&name[..], &squares[..])).eq(SHAPES) {
            return Ok(Arc::clone(&PATTERNS));
        }
        Self::of_shapes(shapes).map(Arc::new)
    }

    fn of_shapes(shapes: Vec<(String, Vec<u8>)>) -> Result<Self, PatternError> {
        if shapes.is_empty() {
            return Err(PatternError::Empty);
        }
        let (mut patterns, mut features, mut offset) = (Vec::new(), Vec::new(), 0);
        for (number, (name, squares)) in shapes.into_iter().enumerate() {
            let images = mirror_images(&squares);
            let first = features.len();
            features.extend(orientations(&squares, &images).into_iter().map(|squares| (squares, number)));
            patterns.push((name, squares, first..features.len(), images));
        }
        if features.len() > MAX_FEATURES {
            return Err(PatternError::TooManyFeatures { features: features.len() });
        }
        let patterns: Vec<Pattern> = patterns
            .into_iter()
            .map(|(name, squares, features, images)| {
                let pattern = Pattern { name, squares, offset, features, mirror: mirror_table(&images) };
                offset += pattern.entries();
                pattern
            })
            .collect();
        let (mut values, mut offsets) = ([Lanes::ZERO; 65], [0; MAX_FEATURES]);
        for (feature, (squares, pattern)) in features.iter().enumerate() {
            offsets[feature] = patterns[*pattern].offset as u32;
            for (k, &square) in (0..).zip(squares) {
                values[usize::from(square)].0[feature] = 3_u16.pow(k);
            }
        }
        Ok(Self {
            patterns,
            features,
            values: Box::new(PlaceValues::new(&values)),
            offsets,
            stage_entries: offset,
            shipped: false,
        })
    }

    /// Checks whether these are the patterns of [`PATTERNS`].
    pub fn is_shipped(&self) -> bool {
        self.shipped
    }

    /// Returns the number of features of a position.
    pub fn features(&self) -> usize {
        self.features.len()
    }

    /// Returns the number of the pattern that a feature reads.
    pub fn pattern_of(&self, feature: usize) -> usize {
        self.features[feature].1
    }

    /// Returns the squares of a feature in the order of its digits, least significant first.
    pub fn feature_squares(&self, feature: usize) -> &[u8] {
        &self.features[feature].0
    }

    /// Returns the number of entries of one stage's tables.
    pub fn stage_entries(&self) -> usize {
        self.stage_entries
    }

    /// Returns the number of entries of all stages.
    pub fn entries(&self) -> usize {
        STAGES * self.stage_entries()
    }

    /// Returns the indices of a board's features for the side to move: for each feature, the entry in its pattern's
    /// table.
    pub fn feature_indices(&self, board: &Board) -> Vec<u16> {
        dispatch(Extract { values: &self.values, board }).0[..self.features()].to_vec()
    }

    /// Returns the stage, the pattern and the index within the pattern's table of an entry numbered among all weights.
    pub fn table_of(&self, entry: usize) -> (usize, usize, usize) {
        let (stage, within_stage) = (entry / self.stage_entries(), entry % self.stage_entries());
        let pattern = self.patterns.partition_point(|pattern| pattern.offset <= within_stage) - 1;
        (stage, pattern, within_stage - self.patterns[pattern].offset)
    }

    /// Returns the mirror image of an entry numbered among all weights.
    pub fn mirror_entry(&self, entry: usize) -> usize {
        let (_, pattern, index) = self.table_of(entry);
        entry - index + usize::from(self.patterns[pattern].mirror[index])
    }

    /// Returns the definition of the set: a line for each pattern, with its name and its squares in the order of their
    /// digits.
    pub fn definition(&self) -> String {
        let mut text = String::new();
        for pattern in &self.patterns {
            text.push_str(&pattern.name);
            for square in square_names(&pattern.squares) {
                write!(text, " {square}").expect("writing to a String does not fail");
            }
            text.push('\n');
        }
        text
    }

    /// Creates a set from its [definition](Self::definition).
    ///
    /// # Errors
    /// As [`PatternSet::new`].
    pub fn from_definition(text: &str) -> Result<Arc<Self>, PatternError> {
        Self::new(text.lines().map(|line| line.split_once(' ').unwrap_or((line, ""))))
    }

    #[inline(always)]
    pub(crate) fn values(&self) -> &PlaceValues {
        &self.values
    }

    /// Returns the start of each feature's table within the entries of a stage.
    #[inline(always)]
    pub(crate) fn offsets(&self) -> &[u32] {
        &self.offsets[..self.features.len()]
    }

    /// Returns the number of entries from the start of a stage that any index of any feature is among.
    pub(crate) fn window(&self) -> usize {
        self.patterns.last().map_or(0, Pattern::offset) + (1 << 16)
    }
}

impl Deref for PatternSet {
    type Target = [Pattern];

    fn deref(&self) -> &[Pattern] {
        &self.patterns
    }
}

impl fmt::Debug for PatternSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PatternSet").field(&self.definition()).finish()
    }
}

impl PartialEq for PatternSet {
    /// Compares names and squares, which decide the rest.
    fn eq(&self, other: &Self) -> bool {
        let shape = |pattern: &Pattern| (pattern.name.clone(), pattern.squares.clone());
        std::ptr::eq(self, other) || self.iter().map(shape).eq(other.iter().map(shape))
    }
}

impl Eq for PatternSet {}

/// Returns the indices of a board's features of the shipped patterns for the side to move.
pub fn feature_indices(board: &Board) -> [u16; FEATURES] {
    let Lanes(indices) = dispatch(Extract { values: &PLACE_VALUES, board });
    std::array::from_fn(|feature| indices[feature])
}

/// Returns the names of squares.
pub fn square_names(squares: &[u8]) -> impl Iterator<Item = Square> {
    squares.iter().filter_map(|&square| Square::new(square))
}

/// Computes the indices of a board's features for the side to move.
pub(crate) struct Extract<'a> {
    pub(crate) values: &'a PlaceValues,
    pub(crate) board: &'a Board,
}

impl Task for Extract<'_> {
    type Output = Lanes;

    #[inline(always)]
    fn run<K: Kernel>(self, _: K) -> Lanes {
        self.values.own_indices(self.board)
    }
}

fn check_name(name: &str) -> Result<(), String> {
    let allowed = |character: char| character.is_ascii_alphanumeric() || "+-_.".contains(character);
    let starts = name.starts_with(|first: char| first.is_ascii_alphabetic());
    if starts && name.len() <= PatternSet::MAX_NAME && name.chars().all(allowed) {
        return Ok(());
    }
    let most = PatternSet::MAX_NAME;
    Err(format!("a name must start with a letter and have at most {most} letters, digits and characters of +-_."))
}

/// Parses the squares and puts them into the order of their digits.
fn parse_squares(text: &str) -> Result<Vec<u8>, String> {
    let mut squares: Vec<u8> = Vec::new();
    for name in text.split_whitespace() {
        let square: Square = name.parse().map_err(|_| format!("{name:?} is not a square, a1 to h8"))?;
        if squares.contains(&(square.index() as u8)) {
            return Err(format!("{square} is given twice"));
        }
        squares.push(square.index() as u8);
    }
    let (least, most) = PatternSet::SQUARES;
    if !(least..=most).contains(&squares.len()) {
        return Err(format!("{} squares: must have {least} to {most}", squares.len()));
    }
    squares.sort_by_key(|square| {
        let (file, rank) = (i32::from(square % 8), i32::from(square / 8));
        (2 * file - 7).pow(2) + (2 * rank - 7).pow(2)
    });
    Ok(squares)
}

fn image(squares: &[u8], orientation: usize) -> Vec<u8> {
    squares.iter().map(|&square| oriented(square, orientation)).collect()
}

fn sorted(mut squares: Vec<u8>) -> Vec<u8> {
    squares.sort_unstable();
    squares
}

/// Returns the place of each square's mirror image in the pattern: under the exchange of places that most symmetries of
/// the board make which map the pattern to itself, apart from those that leave every place as it is. Returns the places
/// themselves if no symmetry exchanges any.
fn mirror_images(squares: &[u8]) -> Vec<usize> {
    let place = |square: u8| squares.iter().position(|&other| other == square);
    let own = (1..8).filter_map(|orientation| image(squares, orientation).into_iter().map(place).collect());
    let own: Vec<Vec<usize>> = own.collect();
    let unchanged: Vec<usize> = (0..squares.len()).collect();
    let count = |places: &Vec<usize>| own.iter().filter(|other| *other == places).count();
    let exchanges =
        own.iter().filter(|places| **places != unchanged && (0..places.len()).all(|k| places[places[k]] == k));
    // `rev`, as `max_by_key` returns the last maximum.
    exchanges.rev().max_by_key(|places| count(places)).cloned().unwrap_or(unchanged)
}

/// Returns the squares of the pattern's features: its orientations, of which two that read the same squares in the same
/// or in mirrored order are one feature.
fn orientations(squares: &[u8], images: &[usize]) -> Vec<Vec<u8>> {
    let mut features: Vec<Vec<u8>> = Vec::new();
    for read in (0..8).map(|orientation| image(squares, orientation)) {
        let mirrored: Vec<u8> = images.iter().map(|&place| read[place]).collect();
        if !features.contains(&read) && !features.contains(&mirrored) {
            features.push(read);
        }
    }
    features
}

/// Returns the mirror image of each entry of a pattern, whose squares have these images.
fn mirror_table(images: &[usize]) -> Vec<u16> {
    // Digit by digit: entries with a new highest digit have the images of those without it, and that of the digit.
    images.iter().fold(vec![0], |table, &image| {
        let place = 3_u16.pow(image as u32);
        (0..3).flat_map(|digit| table.iter().map(move |&mirror| mirror + digit * place)).collect()
    })
}

#[cfg(test)]
#[path = "pattern_tests.rs"]
mod tests;

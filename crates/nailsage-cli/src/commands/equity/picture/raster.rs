//! The drawing in pixels, with the fonts that the program brings along.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

use resvg::{
    tiny_skia::{Pixmap, Transform},
    usvg::{FontResolver, Options, Tree, fontdb::Database},
};

use super::drawing;
use crate::failure::Failure;

/// Noto Sans, under the SIL Open Font License, as `fonts/README.md` says.
const FONTS: [&[u8]; 2] = [
    include_bytes!("../../../../fonts/NotoSans-Regular.ttf"),
    include_bytes!("../../../../fonts/NotoSans-SemiBold.ttf"),
];

/// Where the fonts that are brought along end: beyond Latin, Greek and Cyrillic they have a few signs only.
const SCRIPTS_END: char = '\u{460}';

/// The drawing as a PNG of this size, and the characters that no font of this machine has.
pub(in crate::commands::equity) fn png(svg: &str, (width, height): (u32, u32)) -> Result<(Vec<u8>, String), Failure> {
    let mut fonts = Database::new();
    for font in FONTS {
        fonts.load_font_data(font.to_vec());
    }
    fonts.set_sans_serif_family("Noto Sans");
    // A name in another script is drawn with what the machine has; everything else looks the same on every machine.
    if svg.chars().any(|character| character >= SCRIPTS_END && character.is_alphabetic()) {
        fonts.load_system_fonts();
    }
    let missing = Mutex::new(BTreeSet::new());
    let find = FontResolver::default_fallback_selector();
    let resolver = FontResolver {
        select_fallback: Box::new(|character, tried, fonts| {
            let found = find(character, tried, fonts);
            if found.is_none() {
                missing.lock().unwrap_or_else(PoisonError::into_inner).insert(character);
            }
            found
        }),
        ..FontResolver::default()
    };
    let (fontdb, font_family) = (Arc::new(fonts), "Noto Sans".to_owned());
    let tree = {
        let options = Options { fontdb, font_family, font_resolver: resolver, ..Options::default() };
        Tree::from_str(svg, &options).map_err(drawing)?
    };
    // A picture of no pixels cannot be asked for, and one of too many neither.
    let mut pixels = Pixmap::new(width, height)
        .ok_or_else(|| Failure::Drawing(format!("{width} by {height} pixels are no picture").into()))?;
    resvg::render(&tree, Transform::identity(), &mut pixels.as_mut());
    let missing = missing.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok((pixels.encode_png().map_err(drawing)?, missing.into_iter().collect()))
}

//! The frame of a JPEG. Decoders fill up what is missing with grey and do not say so.

/// What the headers of a JPEG say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    /// 3 for colours, 4 for those of a printer.
    pub components: u8,
    /// Whether the end is there.
    pub whole: bool,
}

/// Walks over the headers to the first scan, and looks for the end behind it; nothing if it comes to no scan.
pub fn frame(bytes: &[u8]) -> Option<Frame> {
    let (mut at, mut components) = (2, 0);
    loop {
        let [0xff, marker, rest @ ..] = bytes.get(at..)? else { return None };
        match (*marker, rest) {
            // Padding, and markers without content.
            (0xff, _) => at += 1,
            (0x01 | 0xd0..=0xd8, _) => at += 2,
            (0xda, scan) => return Some(Frame { components, whole: scan.windows(2).any(|pair| pair == [0xff, 0xd9]) }),
            (marker, [high, low, content @ ..]) => {
                // The headers of a frame, besides those of tables that have numbers between them.
                if matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc) {
                    components = *content.get(5)?;
                }
                at += 2 + usize::from(u16::from_be_bytes([*high, *low])).max(2);
            }
            _ => return None,
        }
    }
}

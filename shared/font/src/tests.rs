use super::*;

const INTER: &[u8] = include_bytes!("../../render/fonts/Inter-Regular.otf");

fn records(font: &[u8]) -> usize {
    usize::from(u16::from_be_bytes([font[4], font[5]]))
}

/// Where the record of a table is.
fn record(font: &[u8], tag: &[u8]) -> usize {
    (0..records(font)).map(|n| 12 + 16 * n).find(|at| &font[*at..*at + 4] == tag).unwrap()
}

fn put(font: &mut [u8], at: usize, number: u32) {
    font[at..at + 4].copy_from_slice(&number.to_be_bytes());
}

/// The font with another table in the place of its own.
fn with_table(tag: &[u8], table: &[u8]) -> Vec<u8> {
    let mut font = INTER.to_vec();
    let at = record(&font, tag);
    let offset = u32::try_from(font.len()).unwrap();
    font.extend(table);
    put(&mut font, at + 8, offset);
    put(&mut font, at + 12, u32::try_from(table.len()).unwrap());
    font
}

/// A table of characters with so many records, which all lead to the same groups of characters.
fn characters(records: u16, groups: &[(u32, u32)]) -> Vec<u8> {
    let offset = 4 + 8 * u32::from(records);
    let mut table = [[0, 0], records.to_be_bytes()].concat();
    for _ in 0..records {
        table.extend([0, 3, 0, 10]);
        table.extend(offset.to_be_bytes());
    }
    let count = u32::try_from(groups.len()).unwrap();
    table.extend([0, 12, 0, 0]);
    [16 + 12 * count, 0, count].iter().for_each(|number| table.extend(number.to_be_bytes()));
    groups.iter().flat_map(|(from, to)| [*from, *to, 1]).for_each(|number| table.extend(number.to_be_bytes()));
    table
}

/// A collection in which the font is there so many times.
fn collection(faces: u32) -> Vec<u8> {
    let start = 12 + 4 * faces;
    let mut file = b"ttcf\0\x01\0\0".to_vec();
    file.extend(faces.to_be_bytes());
    (0..faces).for_each(|_| file.extend(start.to_be_bytes()));
    let mut font = INTER.to_vec();
    for at in (0..records(INTER)).map(|n| 12 + 16 * n + 8) {
        let offset = u32::from_be_bytes(font[at..at + 4].try_into().unwrap());
        put(&mut font, at, offset + start);
    }
    file.extend(font);
    file
}

fn flaw(bytes: &[u8]) -> String {
    check(bytes).unwrap_err().to_string()
}

#[test]
fn a_font_and_a_collection_of_fonts_are_accepted_under_any_name() {
    for (what, bytes) in [("a font", INTER.to_vec()), ("a collection", collection(2))] {
        for name in ["brand.otf", "brand.TTF", "brand", "brand.woff2"] {
            assert_eq!(check_file(name, &bytes), Ok(()), "{what} as {name}");
        }
        assert!(is_font(&bytes), "{what}");
    }
}

#[test]
fn files_that_are_no_fonts_are_only_checked_under_the_names_of_fonts() {
    let table: [(&str, &[u8], bool); 5] = [
        ("notes.txt", b"words", true),
        ("data.bin", &[0, 1, 2, 3], true),
        ("brand.ttf", b"<!doctype html>", false),
        ("brand.WOFF", b"words", false),
        ("brand.otc", b"", false),
    ];
    for (name, bytes, accepted) in table {
        assert_eq!(check_file(name, bytes).is_ok(), accepted, "{name}");
    }
    assert_eq!(flaw(b"<!doctype html>"), "is no font: use TTF, OTF or a collection of them (TTC, OTC)");
}

#[test]
fn fonts_of_web_pages_are_refused_with_what_to_do() {
    assert_eq!(flaw(b"wOFF\0\x01\0\0"), "is a WOFF font: convert it to TTF or OTF");
    assert_eq!(flaw(b"wOF2\0\x01\0\0"), "is a WOFF2 font: convert it to TTF or OTF");
    assert!(check_file("brand.bin", b"wOF2\0\x01\0\0").is_err(), "whatever its name");
}

#[test]
fn a_font_that_is_not_whole_is_refused_with_the_reason() {
    let half = &INTER[..INTER.len() / 2];
    let no_name = with_table(b"name", &[0, 0, 0, 0, 0, 6]);
    let no_characters = with_table(b"cmap", &characters(0, &[]));
    let nowhere = with_table(b"cmap", &[0, 0, 0, 1, 0, 3, 0, 10, 0, 0, 9, 9]);
    let table = [
        ("cut inside its tables", half, "its end is missing"),
        ("cut by four bytes, of which three may be filling", &INTER[..INTER.len() - 4], "its end is missing"),
        ("cut inside its head", &INTER[..40], "malformed font"),
        ("nothing but the mark", b"OTTO", "malformed font"),
        ("without a name", &no_name, "it does not name its family"),
        ("without characters", &no_characters, "it has no characters of Unicode"),
        ("whose characters lie behind the end of their table", &nowhere, "it has no characters of Unicode"),
    ];
    for (what, bytes, reason) in table {
        assert_eq!(flaw(bytes), format!("is not a whole font: {reason}; download or export it again"), "{what}");
    }
}

#[test]
fn a_font_names_no_more_characters_than_the_renderer_can_list() {
    let usual = with_table(b"cmap", &characters(1, &[(32, 126), (0x4e00, 0x9fff)]));
    assert_eq!(check(&usual), Ok(()));
    let groups = vec![(0, 0x0010_ffff); 1_000];
    let table = [
        ("a group of four billions", characters(1, &[(0, u32::MAX)])),
        ("all of Unicode again and again", characters(1, &groups)),
        ("one table under each of many records", characters(u16::MAX, &[(0, 0x0010_ffff)])),
        (
            "a list that says that it is endless",
            [&[0, 0, 0, 1, 0, 3, 0, 10, 0, 0, 0, 12, 0, 10], [0xff; 30].as_slice()].concat(),
        ),
        ("groups that are empty", characters(u16::MAX, &vec![(9, 1); 1_000])),
    ];
    for (what, table) in table {
        let told = flaw(&with_table(b"cmap", &table));
        assert!(told.contains("it names more characters than there are"), "{what}: {told}");
    }
}

#[test]
fn the_characters_of_segments_are_counted_as_those_of_groups() {
    let face = Face::parse(INTER, 0).unwrap();
    let listed: usize = face
        .tables()
        .cmap
        .unwrap()
        .subtables
        .into_iter()
        .filter(ttf_parser::cmap::Subtable::is_unicode)
        .map(|subtable| {
            let mut count = 0;
            subtable.codepoints(|_| count += 1);
            count
        })
        .sum();
    let counted = characters::count(face.raw_face(), characters::MOST).unwrap();
    // The segment that ends a table is no character.
    assert!((listed..listed + 300).contains(&counted), "{counted} of {listed}");
    assert_eq!(characters::count(face.raw_face(), listed - 1), None);
}

#[test]
fn a_collection_has_as_many_fonts_as_can_be_used() {
    for faces in [0, MOST_FACES + 1, u32::MAX] {
        let mut file = collection(1);
        put(&mut file, 8, faces);
        assert!(check(&file).is_err(), "{faces}");
    }
    let told = flaw(&collection(MOST_FACES + 1));
    assert!(told.contains("it holds 65 fonts, and 1 to 64 can be used"), "{told}");
}

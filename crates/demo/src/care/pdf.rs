//! A PDF file of one page with one line of text, written by hand.
//!
//! - every object stands where the table of the file says
//! - french letters are written in the encoding of the font

/// A page with this line, in a font that every reader of PDF brings.
pub(super) fn page(line: &str) -> Vec<u8> {
    let content = format!("BT /F1 9 Tf 56 770 Td <{}> Tj ET", encoded(line));
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 4 0 R >> >> /Contents 5 0 R >>".to_owned(),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
        format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
    ];
    let mut file = "%PDF-1.4\n".to_owned();
    // The first entry of the table is the head of the list of free objects.
    let mut table = "0000000000 65535 f \n".to_owned();
    for (object, number) in objects.iter().zip(1..) {
        table.push_str(&format!("{:010} 00000 n \n", file.len()));
        file.push_str(&format!("{number} 0 obj\n{object}\nendobj\n"));
    }
    let (start, size) = (file.len(), objects.len() + 1);
    file.push_str(&format!("xref\n0 {size}\n{table}trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"));
    file.into_bytes()
}

/// A line in hexadecimal digits.
fn encoded(line: &str) -> String {
    line.chars().map(|letter| format!("{:02x}", win_ansi(letter))).collect()
}

/// The byte of a letter in WinAnsiEncoding (ISO 32000-1, annex D.2); a question mark for what it does not hold.
fn win_ansi(letter: char) -> u8 {
    match letter {
        '’' => 0x92,
        '–' => 0x96,
        'œ' => 0x9c,
        '\u{20}'..='\u{7e}' | '\u{a0}'..='\u{ff}' => u8::try_from(letter).unwrap_or(b'?'),
        _ => b'?',
    }
}

#[cfg(test)]
mod tests {
    use super::{encoded, page};

    #[test]
    fn every_object_stands_where_the_table_of_the_file_says() {
        let file = String::from_utf8(page("Compte rendu de l’été")).unwrap();
        let start: usize = file.lines().rev().nth(1).unwrap().parse().unwrap();
        let table: Vec<&str> = file[start..].lines().collect();
        assert_eq!(table[..2], ["xref", "0 6"]);
        for number in 1..6 {
            let offset: usize = table[number + 2][..10].parse().unwrap();
            assert!(file[offset..].starts_with(&format!("{number} 0 obj\n")), "{number}");
        }
        let (length, stream) = file.split_once("/Length ").unwrap().1.split_once(" >>\nstream\n").unwrap();
        assert_eq!(stream.find("\nendstream"), Some(length.parse().unwrap()));
        assert!(file.starts_with("%PDF-1.4\n") && file.ends_with("%%EOF\n"));
    }

    #[test]
    fn french_letters_are_written_in_the_encoding_of_the_font() {
        assert_eq!(encoded("l’été œ"), "6c92e974e9209c");
        assert_eq!(encoded("∞"), "3f");
    }
}

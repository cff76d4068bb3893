//! A small grey JPEG file (baseline, ISO/IEC 10918-1): a bright spot on a dark ground, in even squares of eight by eight pixels.
//!
//! An even square has no detail, so a square is one number, its brightness, and neither a transform nor a long table of codes is needed.
//! - the squares come back as they were drawn

/// Squares in a row, and rows.
const SQUARES: u8 = 16;
/// Pixels of a side.
const SIDE: u8 = 8 * SQUARES;
/// Codes of the sizes of differences: how many have each length, then the sizes (ISO/IEC 10918-1, table K.3).
const DIFFERENCE_CODES: ([u8; 16], [u8; 12]) = ([0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
/// The only code of details: a square has none, which takes one bit.
const DETAIL_CODES: ([u8; 16], [u8; 1]) = ([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], [0]);

/// The picture of a number: it says where the spot is.
pub(super) fn picture(number: u64) -> Vec<u8> {
    let [x, y, ..] = number.to_le_bytes();
    let mut file = vec![0xff, 0xd8];
    segment(&mut file, 0xe0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0");
    // A brightness is divided by 8, the square's average by 1: a number is the brightness itself.
    segment(&mut file, 0xdb, &[&[0][..], &[8; 64]].concat());
    segment(&mut file, 0xc0, &[8, 0, SIDE, 0, SIDE, 1, 1, 0x11, 0]);
    segment(&mut file, 0xc4, &[&[0x00][..], &DIFFERENCE_CODES.0, &DIFFERENCE_CODES.1].concat());
    segment(&mut file, 0xc4, &[&[0x10][..], &DETAIL_CODES.0, &DETAIL_CODES.1].concat());
    segment(&mut file, 0xda, &[1, 1, 0, 0, 63, 0]);
    file.extend(scan(&brightness(x % SQUARES, y % SQUARES)));
    file.extend([0xff, 0xd9]);
    file
}

/// The brightness of each square, from -128 to 127: less the further away from the spot.
fn brightness(x: u8, y: u8) -> Vec<i16> {
    let places = (0..SQUARES).flat_map(|row| (0..SQUARES).map(move |column| (row, column)));
    places.map(|(row, column)| 112 - 9 * i16::from(row.abs_diff(y)) - 6 * i16::from(column.abs_diff(x))).collect()
}

/// A marker with what belongs to it, preceded by its length.
fn segment(file: &mut Vec<u8>, marker: u8, content: &[u8]) {
    // Every segment here is shorter than 100 bytes.
    let length = u16::try_from(content.len() + 2).unwrap_or(u16::MAX);
    file.extend([0xff, marker]);
    file.extend(length.to_be_bytes());
    file.extend(content);
}

/// The squares as bits: each the difference to the one before, then the code for no detail.
fn scan(squares: &[i16]) -> Vec<u8> {
    let mut bits = Bits::default();
    let mut before = 0;
    for square in squares {
        let difference = square - before;
        let size = (i16::BITS - difference.unsigned_abs().leading_zeros()).min(11);
        let (code, length) = difference_code(size);
        bits.push(code, length);
        // A negative difference is written as the number below it, so that its first bit is 0.
        let written = if difference < 0 { difference - 1 } else { difference };
        bits.push(u32::from(written.cast_unsigned()) & ((1 << size) - 1), size);
        bits.push(0, 1);
        before = *square;
    }
    bits.finish()
}

/// The code of a size, and its length: codes of one length follow each other, and the next length goes on behind them.
fn difference_code(size: u32) -> (u32, u32) {
    let (mut code, mut sizes) = (0, DIFFERENCE_CODES.1.iter());
    for (count, length) in DIFFERENCE_CODES.0.iter().zip(1..) {
        for known in sizes.by_ref().take(usize::from(*count)) {
            if u32::from(*known) == size {
                return (code, length);
            }
            code += 1;
        }
        code <<= 1;
    }
    // Every size that is asked for stands in the table.
    (0, 2)
}

/// Bits on their way into bytes.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    waiting: u32,
    count: u32,
}

impl Bits {
    fn push(&mut self, bits: u32, count: u32) {
        for place in (0..count).rev() {
            self.waiting = self.waiting << 1 | bits >> place & 1;
            self.count += 1;
            if self.count == 8 {
                self.flush();
            }
        }
    }

    fn flush(&mut self) {
        let [.., byte] = self.waiting.to_be_bytes();
        self.bytes.push(byte);
        // What would be a marker is followed by a zero.
        if byte == 0xff {
            self.bytes.push(0);
        }
        (self.waiting, self.count) = (0, 0);
    }

    /// The bytes, the last one filled with ones.
    fn finish(mut self) -> Vec<u8> {
        while self.count > 0 {
            self.push(1, 1);
        }
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::{SQUARES, brightness, difference_code, picture};

    /// The bits of a scan, read again.
    struct Reader {
        bits: Vec<u32>,
        at: usize,
    }

    impl Reader {
        fn of(scan: &[u8]) -> Self {
            let before = std::iter::once(&0).chain(scan);
            let bytes = scan.iter().zip(before).filter(|pair| *pair != (&0, &0xff)).map(|(byte, _)| *byte);
            Self { bits: bytes.flat_map(|byte| (0..8).rev().map(move |place| u32::from(byte >> place & 1))).collect(), at: 0 }
        }

        fn take(&mut self, count: u32) -> u32 {
            (0..count).fold(0, |read, _| {
                self.at += 1;
                read << 1 | self.bits[self.at - 1]
            })
        }

        fn difference(&mut self) -> i16 {
            let (mut code, mut length) = (0, 0);
            let size = loop {
                (code, length) = (code << 1 | self.take(1), length + 1);
                if let Some(size) = (0..12).find(|size| difference_code(*size) == (code, length)) {
                    break size;
                }
                assert!(length < 16, "no such code");
            };
            let written = i16::try_from(self.take(size)).unwrap();
            if size > 0 && written < 1 << (size - 1) { written - (1 << size) + 1 } else { written }
        }
    }

    #[test]
    fn the_squares_come_back_as_they_were_drawn() {
        for number in [0, 0x0503, u64::MAX, 0xff00] {
            let file = picture(number);
            let (mut markers, mut at) = (Vec::new(), 2);
            while file[at + 1] != 0xda {
                markers.push(file[at + 1]);
                at += 2 + usize::from(u16::from_be_bytes([file[at + 2], file[at + 3]]));
            }
            assert_eq!((&file[..2], markers.as_slice()), (&[0xff, 0xd8][..], &[0xe0, 0xdb, 0xc0, 0xc4, 0xc4][..]));
            let (scan, end) = file[at + 10..].split_last_chunk::<2>().unwrap();
            assert_eq!(*end, [0xff, 0xd9]);
            let mut reader = Reader::of(scan);
            let [x, y, ..] = number.to_le_bytes();
            let mut before = 0;
            for square in brightness(x % SQUARES, y % SQUARES) {
                before += reader.difference();
                assert_eq!((before, reader.take(1)), (square, 0));
            }
            assert!(reader.bits[reader.at..].len() < 8 && reader.bits[reader.at..].iter().all(|bit| *bit == 1));
        }
    }
}

//! Archives of several files: which of them look like results, so that nobody has to unpack to find out.
//!
//! Read from the front and in bounded time: [`MOST_MEMBERS`] members and [`MOST_BYTES`] unpacked bytes are looked at.

use super::Refused;
use crate::ingest::{ADAPTERS, Head, Input, Sniff};
use std::io::{self, BufRead, BufReader, Read};

/// Members that are looked at.
const MOST_MEMBERS: usize = 500;
/// Bytes that are read, packed or not.
const MOST_BYTES: u64 = 64 << 20;
/// Results that are named.
const NAMED: usize = 3;
/// Of a member, what detection wants to see.
const PEEK: u64 = crate::ingest::sniff::HEAD_BYTES as u64 + 8;

/// Looks through an archive.
type Look = fn(&mut dyn BufRead, &mut Contents) -> io::Result<()>;

/// What was found in an archive.
#[derive(Debug, Default)]
struct Contents {
    files: usize,
    /// Whether that is all.
    whole: bool,
    /// (member, adapter).
    results: Vec<(String, &'static str)>,
    is_workbook: bool,
}

/// Knows zip and tar (also packed), and looks into them.
pub(super) fn recognise(head: &Head, input: &Input) -> Option<Refused> {
    let bytes = head.bytes();
    let (kind, look): (&str, Look) = if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        ("a zip archive", zip)
    } else if bytes.first_chunk::<512>().is_some_and(is_tar_header) {
        ("a tar archive", tar)
    } else {
        return None;
    };
    let mut contents = Contents::default();
    // A damaged archive gives what it still holds; `whole` stays false.
    if let Ok(stream) = input.stream() {
        let mut limited = BufReader::new(stream.take(MOST_BYTES));
        contents.whole = look(&mut limited, &mut contents).is_ok() && contents.files < MOST_MEMBERS;
    }
    Some(contents.refused(kind))
}

impl Contents {
    fn refused(&self, kind: &str) -> Refused {
        if self.is_workbook {
            return Refused {
                what: "an Excel workbook, which is not read".to_owned(),
                hint: "save the sheet as CSV".to_owned(),
            };
        }
        let files = match self.files {
            0 if !self.whole => "which nothing can be told".to_owned(),
            1 if self.whole => "one file".to_owned(),
            count if self.whole => format!("{count} files"),
            count => format!("{count} or more files"),
        };
        let named: Vec<String> =
            self.results.iter().take(NAMED).map(|(name, adapter)| format!("`{name}` ({adapter})")).collect();
        let hint = match self.results.len() {
            0 if self.files == 0 => "unpack it and give the folder".to_owned(),
            0 => "unpack it and give the folder; none of what was looked at in it is a result that is known".to_owned(),
            1 => format!("unpack it and give {}", named.join("")),
            count if count <= NAMED => format!("unpack it and give the folder: {} look like results", named.join(", ")),
            count => {
                let more = count - NAMED;
                format!("unpack it and give the folder: {} and {more} more look like results", named.join(", "))
            }
        };
        Refused { what: format!("{kind} of {files}"), hint }
    }

    /// Takes note of a member by its name and beginning.
    fn member(&mut self, name: &[u8], begin: Vec<u8>) {
        let name = String::from_utf8_lossy(name).into_owned();
        if name.ends_with('/') {
            return;
        }
        self.files += 1;
        self.is_workbook |= name.starts_with("xl/") && self.files < 20;
        if let Some(adapter) = adapter(begin) {
            self.results.push((crate::fmt::shorten(&crate::fmt::plain(&name), 80), adapter));
        }
    }
}

/// Who would read a file that begins so.
fn adapter(begin: Vec<u8>) -> Option<&'static str> {
    let head = Input::memory("member", begin).ok()?.head().ok()?;
    let certain = |sniff: &Sniff| matches!(sniff, Sniff::Yes(_));
    let answers: Vec<(&'static str, Sniff)> =
        ADAPTERS.iter().map(|adapter| (adapter.name(), adapter.sniff(&head))).collect();
    let unsure = || answers.iter().find(|(_, sniff)| matches!(sniff, Sniff::Unsure(_)));
    answers.iter().find(|(_, sniff)| certain(sniff)).or_else(unsure).map(|(name, _)| *name)
}

/// Passes over bytes.
fn skip(from: &mut dyn BufRead, count: u64) -> io::Result<()> {
    match io::copy(&mut from.take(count), &mut io::sink())? {
        passed if passed == count => Ok(()),
        _ => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

fn peek(from: &mut dyn BufRead, length: u64) -> io::Result<Vec<u8>> {
    let mut begin = Vec::new();
    from.take(length.min(PEEK)).read_to_end(&mut begin)?;
    skip(from, length - begin.len() as u64)?;
    Ok(begin)
}

/// The header's own sum over its bytes, its field counted as blanks, is what makes a tar of any age certain.
fn is_tar_header(header: &[u8; 512]) -> bool {
    let Some(stated) = header.get(148..156).and_then(octal) else { return false };
    let sum: u64 = header
        .iter()
        .enumerate()
        .map(|(at, byte)| if (148..156).contains(&at) { u64::from(b' ') } else { u64::from(*byte) })
        .sum();
    stated > 0 && stated == sum
}

fn octal(field: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(field).ok()?.trim_matches(['\0', ' ']);
    u64::from_str_radix(text, 8).ok()
}

fn tar(from: &mut dyn BufRead, contents: &mut Contents) -> io::Result<()> {
    let mut header = [0; 512];
    while contents.files < MOST_MEMBERS {
        from.read_exact(&mut header)?;
        if !is_tar_header(&header) {
            return Ok(());
        }
        let part = |range: std::ops::Range<usize>| header.get(range).unwrap_or(&[]);
        let size = octal(part(124..136)).ok_or(io::ErrorKind::InvalidData)?;
        let until_zero = |range| part(range).split(|byte| *byte == 0).next().unwrap_or(&[]);
        let mut name = until_zero(0..100).to_vec();
        // POSIX has the folders of a long name in a field of their own; GNU has other things there.
        if part(257..263) == b"ustar\0" && !until_zero(345..500).is_empty() {
            name = [until_zero(345..500), b"/", name.as_slice()].concat();
        }
        let is_file = matches!(part(156..157), [b'0' | 0]);
        let begin = peek(from, size)?;
        if is_file {
            contents.member(&name, begin);
        }
        skip(from, size.wrapping_neg() % 512)?;
    }
    Ok(())
}

fn zip(from: &mut dyn BufRead, contents: &mut Contents) -> io::Result<()> {
    const STORED: u16 = 0;
    const DEFLATED: u16 = 8;
    let mut header = [0; 30];
    while contents.files < MOST_MEMBERS {
        from.read_exact(header.get_mut(..4).unwrap_or(&mut []))?;
        if !header.starts_with(b"PK\x03\x04") {
            // The directory at the end repeats what stood before each member.
            return Ok(());
        }
        from.read_exact(header.get_mut(4..).unwrap_or(&mut []))?;
        let short = |at: usize| u16::from_le_bytes([byte(&header, at), byte(&header, at + 1)]);
        let (flags, method, packed) = (short(6), short(8), u64::from(short(18)) | u64::from(short(20)) << 16);
        let mut name = vec![0; usize::from(short(26))];
        from.read_exact(&mut name)?;
        skip(from, u64::from(short(28)))?;
        let sized = flags & 8 == 0;
        let begin = match method {
            STORED if sized => peek(from, packed)?,
            DEFLATED if sized => {
                let mut limited = from.take(packed);
                let begin = inflated(&mut limited)?;
                io::copy(&mut limited, &mut io::sink())?;
                begin
            }
            DEFLATED => {
                let begin = inflated(from)?;
                descriptor(from)?;
                begin
            }
            _ if sized => {
                skip(from, packed)?;
                Vec::new()
            }
            _ => return Err(io::ErrorKind::Unsupported.into()),
        };
        contents.member(&name, begin);
    }
    Ok(())
}

fn byte(header: &[u8; 30], at: usize) -> u8 {
    header.get(at).copied().unwrap_or(0)
}

/// The beginning of a deflated member; the source is left behind its last byte.
fn inflated(from: &mut dyn BufRead) -> io::Result<Vec<u8>> {
    let mut inflater = flate2::bufread::DeflateDecoder::new(from);
    let mut begin = Vec::new();
    (&mut inflater).take(PEEK).read_to_end(&mut begin)?;
    // What a small member unpacks to may be without end; then the rest of the archive is not looked at.
    let rest = io::copy(&mut (&mut inflater).take(MOST_BYTES), &mut io::sink())?;
    if rest == MOST_BYTES { Err(io::ErrorKind::InvalidData.into()) } else { Ok(begin) }
}

/// Sum and sizes behind a member that was packed as it came, with or without their mark.
fn descriptor(from: &mut dyn BufRead) -> io::Result<()> {
    let marked = from.fill_buf()?.starts_with(b"PK\x07\x08");
    skip(from, if marked { 16 } else { 12 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    const STATS: &[u8] = b"Type,Name,Request Count,Failure Count\nGET,/a,1,0\n";

    fn tar_of(members: &[(&str, &[u8])]) -> Vec<u8> {
        let mut out = Vec::new();
        for (name, body) in members {
            let mut header = [0_u8; 512];
            header[..name.len()].copy_from_slice(name.as_bytes());
            header[124..135].copy_from_slice(format!("{:011o}", body.len()).as_bytes());
            header[156] = b'0';
            header[148..156].fill(b' ');
            let sum: u64 = header.iter().map(|byte| u64::from(*byte)).sum();
            header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
            out.extend(header);
            out.extend(*body);
            out.resize(out.len().next_multiple_of(512), 0);
        }
        out.resize(out.len() + 1024, 0);
        out
    }

    /// A zip as a tool writes it that does not know sizes beforehand, without the directory.
    fn zip_of(members: &[(&str, &[u8])]) -> Vec<u8> {
        let mut out = Vec::new();
        for (name, body) in members {
            let mut packer = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
            packer.write_all(body).unwrap();
            out.extend(b"PK\x03\x04\x14\0\x08\0\x08\0");
            out.extend([0; 16]);
            out.extend([u8::try_from(name.len()).unwrap(), 0, 0, 0]);
            out.extend(name.as_bytes());
            out.extend(packer.finish().unwrap());
            out.extend(b"PK\x07\x08");
            out.extend([0; 12]);
        }
        out.extend(b"PK\x01\x02");
        out
    }

    fn looked_at(bytes: Vec<u8>) -> Refused {
        let input = Input::memory("f", bytes).unwrap();
        recognise(&input.head().unwrap(), &input).unwrap()
    }

    #[test]
    fn the_member_that_is_a_result_is_named() {
        for archive in [tar_of, zip_of] {
            let one = looked_at(archive(&[("notes.txt", b"hello"), ("run/a_stats.csv", STATS)]));
            assert!(one.what.ends_with("archive of 2 files"), "{}", one.what);
            assert_eq!(one.hint, "unpack it and give `run/a_stats.csv` (locust_stats)");
            let none = looked_at(archive(&[("notes.txt", b"hello")]));
            assert!(none.hint.contains("none of what was looked at"), "{}", none.hint);
        }
        let many = vec![("a_stats.csv", STATS); 5];
        assert!(looked_at(tar_of(&many)).hint.ends_with("and 2 more look like results"));
        assert_eq!(
            looked_at(zip_of(&[("[Content_Types].xml", b"<x/>"), ("xl/workbook.xml", b"<x/>")])).what,
            "an Excel workbook, which is not read"
        );
    }

    #[test]
    fn a_damaged_archive_is_still_an_archive() {
        let whole = zip_of(&[("run/a_stats.csv", STATS), ("b_stats.csv", STATS)]);
        for end in 8..whole.len() {
            looked_at(whole[..end].to_vec());
        }
        let cut = looked_at(whole[..whole.len() - 40].to_vec());
        assert!(cut.what.contains("or more files"), "{}", cut.what);
        let mut header = tar_of(&[("a", STATS)]);
        header[0] ^= 1;
        let input = Input::memory("f", header).unwrap();
        assert_eq!(recognise(&input.head().unwrap(), &input), None);
    }
}

//! Inputs as they come: packed, cut, in other encodings, without end.

use super::*;
use std::io::Write;

const TEXT: &str = "endpoint,latency_ms,status\n/a,12.5,200\n/b,13,500\n";

fn all_of(bytes: &[u8]) -> (String, Option<String>) {
    let input = Input::memory("f", bytes.to_vec()).unwrap();
    let mut stream = input.stream().unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    assert_eq!(input.head().unwrap().text(), text.chars().take(HEAD_BYTES).collect::<String>());
    (text, stream.unfinished().map(str::to_owned))
}

pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut packer = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

/// The same text packed by xz itself.
fn xz() -> Vec<u8> {
    include_bytes!("tests/rows.csv.xz").to_vec()
}

#[test]
fn every_packing_is_read_with_all_its_streams() {
    let half = TEXT.len() / 2;
    let (first, second) = TEXT.as_bytes().split_at(half);
    for pack in [gzip, zstd, bzip2] {
        assert_eq!(all_of(&pack(TEXT.as_bytes())), (TEXT.to_owned(), None));
        assert_eq!(all_of(&[pack(first), pack(second)].concat()), (TEXT.to_owned(), None));
    }
    assert_eq!(all_of(&xz()), (TEXT.to_owned(), None));
    assert_eq!(all_of(&[xz(), xz()].concat()), (TEXT.repeat(2), None));
}

/// Of several Zstandard frames the first alone was read once, and nothing said that there were more.
#[test]
fn frames_to_be_passed_over_are() {
    let skipped = [&b"\x50\x2a\x4d\x18\x03\0\0\0abc"[..]].concat();
    let file = [zstd(b"one\n"), skipped, zstd(b"two\n")].concat();
    assert_eq!(all_of(&file), ("one\ntwo\n".to_owned(), None));
}

#[test]
fn what_breaks_off_gives_what_it_holds_and_says_so() {
    let rows = "GET /a,12.5,200\n".repeat(20_000);
    for pack in [gzip, zstd, bzip2] {
        let whole = pack(rows.as_bytes());
        for end in [whole.len() / 2, whole.len() - 1] {
            let (text, unfinished) = all_of(&whole[..end]);
            assert!(rows.starts_with(&text));
            assert!(unfinished.unwrap().contains("breaks off"));
        }
    }
    let mut stream = Input::memory("f", &xz()[..60]).unwrap().stream().unwrap();
    stream.read_to_end(&mut Vec::new()).unwrap();
    assert!(stream.unfinished().is_some());
}

#[test]
fn progress_counts_the_file_as_it_lies() {
    let progress = Arc::<AtomicU64>::default();
    let packed = bzip2(TEXT.as_bytes());
    let input = Input::memory("f", packed.clone()).unwrap().reporting_to(Arc::clone(&progress));
    input.head().unwrap();
    assert_eq!(progress.load(Ordering::Relaxed), 0, "a look at the head is no progress");
    input.document().unwrap();
    assert_eq!(progress.load(Ordering::Relaxed), packed.len() as u64);
}

fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(unit).collect()
}

fn encoded(text: &str, encoding: &'static encoding_rs::Encoding) -> Vec<u8> {
    let mut bytes = vec![0; 3 * text.len() + 16];
    let (.., made, errors) = encoding.new_encoder().encode_from_utf8(text, &mut bytes, true);
    assert!(!errors);
    bytes.truncate(made);
    bytes
}

const CHINESE: &str = "接口名称,响应时间_ms,状态\n登录接口,12.5,200\n查询订单,13,500\n";
const WESTERN: &str = "Zugriff,Latenz_ms\nÜbersicht,12.5\nGebühren für Gäste,13\ncafé,1\n";

#[test]
fn other_encodings_are_read_and_said() {
    let said = |bytes: &[u8]| Input::memory("f", bytes.to_vec()).unwrap().encoding();
    for text in [TEXT, WESTERN, "id,name\n1,一一一一一一\n"] {
        for (unit, plain, marked) in [
            (u16::to_le_bytes as fn(u16) -> [u8; 2], Encoding::Utf16Le(false), Encoding::Utf16Le(true)),
            (u16::to_be_bytes, Encoding::Utf16Be(false), Encoding::Utf16Be(true)),
        ] {
            let bare = utf16(text, unit);
            let with_mark = utf16(&format!("\u{feff}{text}"), unit);
            assert_eq!((said(&bare), said(&with_mark)), (plain, marked));
            assert_eq!((all_of(&bare).0, all_of(&with_mark).0), (text.to_owned(), text.to_owned()));
            assert_eq!(all_of(&gzip(&bare)).0, text, "unpacking comes before decoding");
        }
    }
    let gbk = encoded(CHINESE, encoding_rs::GBK);
    assert_eq!((said(&gbk), all_of(&gbk).0.as_str()), (Encoding::Gbk, CHINESE));
    let latin = encoded(WESTERN, encoding_rs::WINDOWS_1252);
    assert_eq!((said(&latin), all_of(&latin).0.as_str()), (Encoding::Windows1252, WESTERN));
    for other in [Encoding::Utf16Le(true), Encoding::Utf16Be(false), Encoding::Gbk, Encoding::Windows1252] {
        assert!(other.assumed().unwrap().contains("as UTF-8"));
    }
}

#[test]
fn utf8_is_left_alone_and_so_is_what_is_no_text() {
    let cut = &"é".repeat(HEAD_BYTES).into_bytes()[..=HEAD_BYTES];
    let late = [TEXT.repeat(2000).as_bytes(), b"\xe9"].concat();
    let damaged = [CHINESE.as_bytes(), b"\xff\n"].concat();
    let binary: [&[u8]; 5] = [
        b"PK\x03\x04\x14\0\x08\0\xff\xfe",
        b"SQLite format 3\0\x10\0",
        b"\x00\x00\x00\x00\x063.13.1\0",
        b"\xff\xfe\0\0a\0\0\0",
        &[1, 0, 2, 0, 3, 0, 4, 0],
    ];
    for bytes in [TEXT.as_bytes(), CHINESE.as_bytes(), b"", b"a", b"\0", cut, &late, &damaged].into_iter().chain(binary)
    {
        let input = Input::memory("f", bytes.to_vec()).unwrap();
        assert_eq!(input.encoding(), Encoding::Utf8, "{}", String::from_utf8_lossy(bytes.get(..20).unwrap_or(bytes)));
        assert_eq!(input.encoding().assumed(), None);
        let mut back = Vec::new();
        input.stream().unwrap().read_to_end(&mut back).unwrap();
        assert_eq!(back, bytes);
    }
}

#[test]
fn a_character_between_two_buffers_is_one() {
    let text = format!("a{}", "订单".repeat(100_000));
    let bytes = encoded(&text, encoding_rs::GBK);
    let input = Input::memory("f", bytes).unwrap();
    let mut back = String::new();
    input.stream().unwrap().read_to_string(&mut back).unwrap();
    assert_eq!(back, text);
}

#[test]
fn only_a_plain_file_of_utf8_is_read_by_blocks() {
    let folder = tempfile::tempdir().unwrap();
    let latin = encoded(WESTERN, encoding_rs::WINDOWS_1252);
    let cases: [(&[u8], bool); 4] =
        [(TEXT.as_bytes(), true), (CHINESE.as_bytes(), true), (&latin, false), (&gzip(TEXT.as_bytes()), false)];
    for (bytes, by_blocks) in cases {
        let path = folder.path().join("f");
        std::fs::write(&path, bytes).unwrap();
        assert_eq!(Input::open("f", &path).unwrap().plain_file().is_some(), by_blocks);
    }
}

/// A packed trap: as a head it is 64 KiB, as lines one overlong line, as a document it is refused. Nothing holds more than
/// its cap. (Megabytes will do for lines; Zstandard unpacks repeats fast enough for a document of 280 MiB.)
#[test]
fn a_trap_is_bounded_in_every_way_of_reading() {
    let zeros = vec![b'0'; 4 << 20];
    for pack in [gzip, zstd, bzip2] {
        let input = Input::memory("trap", pack(&zeros)).unwrap();
        assert_eq!(input.head().unwrap().bytes().len(), HEAD_BYTES);
        let mut lines = input.lines().unwrap();
        let line = lines.next_line().unwrap().unwrap();
        assert_eq!((line.bytes.len(), line.overlong), (LINE_CAP, true));
        assert!(lines.next_line().unwrap().is_none());
    }
    let error = Input::memory("trap", zstd(&zeros).repeat(70)).unwrap().document().unwrap_err();
    assert!(error.message.contains("more than 256 MiB"), "{}", error.message);
}

/// A gigabyte through a pipe took two of memory.
#[test]
fn what_is_held_reads_alike_in_memory_and_in_a_temporary_file() {
    let rows = TEXT.as_bytes().repeat(20_000);
    for bytes in [rows.clone(), gzip(&rows), utf16(TEXT, u16::to_le_bytes)] {
        let len = bytes.len();
        for in_memory in [0, 1, len - 1, len, len + 1] {
            let held = Held::all_of("-", bytes.as_slice(), in_memory).unwrap();
            assert_eq!((held.len(), held.file().is_some()), (len as u64, in_memory < len), "{in_memory}");
            let (input, memory) = (Input::held("-", &held).unwrap(), Input::memory("-", bytes.clone()).unwrap());
            assert_eq!(input.sha256().unwrap(), memory.sha256().unwrap());
            assert_eq!(input.head().unwrap().bytes(), memory.head().unwrap().bytes());
            // Twice, and the second from its beginning again.
            for _ in 0..2 {
                assert_eq!(input.document().unwrap(), memory.document().unwrap());
            }
            let plain = input.compression() == Compression::Plain && input.encoding() == Encoding::Utf8;
            assert_eq!(input.plain_file().is_some(), plain && in_memory < len, "its blocks are read by all threads");
        }
    }
    let nothing = Held::all_of("-", io::empty(), 0).unwrap();
    assert!(nothing.is_empty() && nothing.file().is_none());
}

#[test]
fn a_pipe_that_breaks_is_told_by_its_name() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("gone"))
        }
    }
    for before in [&b""[..], &[b'a'; 100]] {
        let error = Held::all_of("-", before.chain(Broken), 10).unwrap_err();
        assert_eq!(error.message, "cannot be read: gone");
        assert_eq!(error.place.unwrap().source, "-");
    }
}

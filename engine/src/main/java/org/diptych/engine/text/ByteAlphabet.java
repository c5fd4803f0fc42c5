package org.diptych.engine.text;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/// GPT-2's letters for the 256 bytes: printable ones stand for themselves, the others for the letters from U+0100 on.
final class ByteAlphabet {
    /// Every letter in the order of the first vocabulary rows: printable bytes first.
    static final List<String> LETTERS;
    private static final char[] LETTER = new char[256];
    private static final int[] BYTE = new int[512];

    static {
        List<String> printable = new ArrayList<>();
        List<String> others = new ArrayList<>();
        Arrays.fill(BYTE, -1);
        for (int b = 0; b < 256; b++) {
            boolean plain = b >= '!' && b <= '~' || b >= 0xa1 && b <= 0xac || b >= 0xae;
            LETTER[b] = (char) (plain ? b : 256 + others.size());
            BYTE[LETTER[b]] = b;
            (plain ? printable : others).add(String.valueOf(LETTER[b]));
        }
        printable.addAll(others);
        LETTERS = List.copyOf(printable);
    }

    private ByteAlphabet() {
    }

    /// @return the bytes that a piece's letters stand for; none when a letter is not of the alphabet
    static Optional<byte[]> bytes(String piece) {
        byte[] bytes = new byte[piece.length()];
        for (int i = 0; i < bytes.length; i++) {
            int b = piece.charAt(i) < BYTE.length ? BYTE[piece.charAt(i)] : -1;
            if (b < 0) {
                return Optional.empty();
            }
            bytes[i] = (byte) b;
        }
        return Optional.of(bytes);
    }

    /// @return the text of the bytes, or `<e4 bd>` where they are only a part of a character
    static String readable(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            return "<" + HexFormat.ofDelimiter(" ").formatHex(bytes) + ">";
        }
    }
}

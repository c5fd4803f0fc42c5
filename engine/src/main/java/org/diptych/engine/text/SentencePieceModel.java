package org.diptych.engine.text;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A SentencePiece model file, read straight from its protocol buffer (`sentencepiece_model.proto`): only what changes tokens.
///
/// @param pieces     in the order of their ids
/// @param kind       how pieces are chosen
/// @param byteFallback true when what no piece covers is written in bytes
/// @param charsMap   the normalisation rules, compiled; empty for none
/// @param dummyPrefix true when a text starts as if a space stood before it
/// @param trimSpaces true when white space is trimmed and collapsed
record SentencePieceModel(List<Piece> pieces, Kind kind, boolean byteFallback, byte[] charsMap, boolean dummyPrefix,
        boolean trimSpaces) {
    enum Kind {
        UNIGRAM, BPE
    }

    enum Type {
        NORMAL, UNKNOWN, CONTROL, USER_DEFINED, UNUSED, BYTE
    }

    record Piece(String text, float score, Type type) {
    }

    /// @return text of a piece -> its id, the first where a text stands twice
    Map<String, Integer> ids() {
        Map<String, Integer> ids = new HashMap<>();
        for (int id = 0; id < pieces.size(); id++) {
            ids.putIfAbsent(pieces.get(id).text(), id);
        }
        return ids;
    }

    /// SentencePiece joins the two neighbours whose whole has the best score; as a list of merges that is every split of a piece into two
    /// known ones, best pieces first.
    List<String> merges() {
        record Merge(String left, String right, float score, int leftId, int rightId) {
        }
        Map<String, Integer> ids = ids();
        List<Merge> merges = new ArrayList<>();
        for (Piece piece : pieces) {
            if (piece.type() != Type.NORMAL) {
                continue;
            }
            String text = piece.text();
            for (int i = text.offsetByCodePoints(0, 1); i < text.length(); i = text.offsetByCodePoints(i, 1)) {
                Integer left = ids.get(text.substring(0, i));
                Integer right = ids.get(text.substring(i));
                if (left != null && right != null) {
                    merges.add(new Merge(text.substring(0, i), text.substring(i), piece.score(), left, right));
                }
            }
        }
        merges.sort(Comparator.comparingDouble((Merge m) -> -m.score).thenComparingInt(Merge::leftId)
                .thenComparingInt(Merge::rightId));
        return merges.stream().map(m -> m.left + " " + m.right).toList();
    }

    /// @throws IllegalArgumentException when the bytes are no such model, or one of words or characters
    static SentencePieceModel parse(byte[] file) {
        try {
            return read(new Reader(ByteBuffer.wrap(file)));
        } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
            throw new IllegalArgumentException("the file ends too early", e);
        }
    }

    private static SentencePieceModel read(Reader in) {
        List<Piece> pieces = new ArrayList<>();
        int kind = 1;
        boolean bytes = false;
        byte[] map = {};
        boolean prefix = true;
        boolean trim = true;
        while (in.next()) {
            switch (in.field) {
                case 1 -> pieces.add(piece(in.message()));
                case 2 -> {
                    Reader trainer = in.message();
                    while (trainer.next()) {
                        if (trainer.field == 3) {
                            kind = (int) trainer.number;
                        } else if (trainer.field == 35) {
                            bytes = trainer.number != 0;
                        }
                    }
                }
                case 3 -> {
                    Reader normalizer = in.message();
                    while (normalizer.next()) {
                        switch (normalizer.field) {
                            case 2 -> map = normalizer.bytes;
                            case 3 -> prefix = normalizer.number != 0;
                            case 4 -> trim = normalizer.number != 0;
                            default -> {
                                continue;
                            }
                        }
                    }
                }
                default -> {
                    continue;
                }
            }
        }
        if (pieces.isEmpty() || kind < 1 || kind > 2) {
            throw new IllegalArgumentException(pieces.isEmpty() ? "no pieces in it" : "model type " + kind);
        }
        return new SentencePieceModel(List.copyOf(pieces), Kind.values()[kind - 1], bytes, map, prefix, trim);
    }

    private static Piece piece(Reader in) {
        String text = "";
        float score = 0;
        int type = 1;
        while (in.next()) {
            switch (in.field) {
                case 1 -> text = new String(in.bytes, StandardCharsets.UTF_8);
                case 2 -> score = Float.intBitsToFloat((int) in.number);
                case 3 -> type = (int) in.number;
                default -> {
                    continue;
                }
            }
        }
        if (type < 1 || type > Type.values().length) {
            throw new IllegalArgumentException("piece type " + type);
        }
        return new Piece(text, score, Type.values()[type - 1]);
    }

    /// Walks over the fields of one message.
    private static final class Reader {
        private final ByteBuffer in;
        private int field;
        private long number;
        private byte[] bytes = {};

        Reader(ByteBuffer in) {
            this.in = in.order(ByteOrder.LITTLE_ENDIAN);
        }

        boolean next() {
            if (!in.hasRemaining()) {
                return false;
            }
            long tag = varint();
            field = (int) (tag >>> 3);
            switch ((int) tag & 7) {
                case 0 -> number = varint();
                case 1 -> number = in.getLong();
                case 2 -> {
                    long length = varint();
                    if (length < 0 || length > in.remaining()) {
                        throw new IllegalArgumentException(
                                "a field of " + length + " bytes where " + in.remaining() + " are left");
                    }
                    bytes = new byte[(int) length];
                    in.get(bytes);
                }
                case 5 -> number = in.getInt();
                default -> throw new IllegalArgumentException("wire type " + (tag & 7));
            }
            return true;
        }

        Reader message() {
            return new Reader(ByteBuffer.wrap(bytes));
        }

        private long varint() {
            long value = 0;
            for (int shift = 0; shift < 64; shift += 7) {
                byte b = in.get();
                value |= (long) (b & 0x7f) << shift;
                if (b >= 0) {
                    return value;
                }
            }
            throw new IllegalArgumentException("a number without an end");
        }
    }
}

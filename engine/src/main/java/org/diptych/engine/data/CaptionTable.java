package org.diptych.engine.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Captions as a table, one pair a row, separated by commas, tabs, semicolons or bars. Its heading names the columns in any order: `image` and `caption` as Flickr8k's `captions.txt` has them
/// (https://www.kaggle.com/datasets/adityajn105/flickr8k), `filepath` and `title` as OpenCLIP's `--csv-img-key` and `--csv-caption-key` do (https://github.com/mlfoundations/open_clip),
/// `file_name` and `text` as Hugging Face's `metadata.csv` does (https://huggingface.co/docs/datasets/image_load), or others of the like; a column `split` says what a pair is for. Without a
/// heading the first two columns are taken. A caption at a row's end may hold the separator though no one thought of quoting it.
final class CaptionTable {
    private static final List<String> IMAGES = List.of("image", "filepath", "file_name", "filename", "image_name",
            "image_path", "path", "file", "img", "picture");
    private static final List<String> CAPTIONS = List.of("caption", "title", "text", "sentence", "comment",
            "description", "captions", "raw");
    private static final List<String> SPLITS = List.of("split", "set", "partition");
    private static final List<Character> SEPARATORS = List.of(',', '\t', '|', ';');

    /// @param split column of it, -1 without one
    private record Columns(int image, int caption, int split, int count, boolean heading) {
    }

    private CaptionTable() {
    }

    /// @return true when the line names a column of pictures and one of captions
    static boolean heads(String line) {
        return SEPARATORS.stream().anyMatch(separator -> columns(line, separator).isPresent());
    }

    private static Optional<Columns> columns(String line, char separator) {
        List<String> names = new Csv(line, separator).next().map(Csv.Row::cells).orElse(List.of()).stream()
                .map(n -> n.text().toLowerCase(Locale.ROOT)).toList();
        int image = first(IMAGES, names);
        int caption = first(CAPTIONS, names);
        return image < 0 || caption < 0
                ? Optional.empty()
                : Optional.of(new Columns(image, caption, first(SPLITS, names), names.size(), true));
    }

    private static int first(List<String> known, List<String> names) {
        return known.stream().mapToInt(names::indexOf).filter(i -> i >= 0).findFirst().orElse(-1);
    }

    static void read(Path file, Found found) throws IOException {
        String text = Files.readString(file);
        String first = text.lines().findFirst().orElse("");
        char separator = SEPARATORS.stream().filter(s -> columns(first, s).isPresent()).findFirst()
                .orElse(first.indexOf('\t') >= 0 ? '\t' : ',');
        Columns columns = columns(first, separator).orElse(new Columns(0, 1, -1, 2, false));
        PictureFiles pictures = new PictureFiles(file, List.of("Images", "flickr30k_images", "flickr30k-images"));
        Csv rows = new Csv(text, separator);
        boolean heading = columns.heading;
        for (Optional<Csv.Row> row = rows.next(); row.isPresent(); row = rows.next()) {
            if (heading) {
                heading = false;
            } else {
                take(rows, row.get(), columns, pictures, found);
            }
        }
    }

    private static void take(Csv rows, Csv.Row row, Columns columns, PictureFiles pictures, Found found) {
        List<Csv.Cell> cells = row.cells();
        found.seen(row.line());
        if (row.open()) {
            found.skip(row.line(), "quote");
        } else if (cells.size() <= Math.max(columns.image, columns.caption)) {
            found.skip(row.line(), "cells", cells.size(), columns.count);
        } else {
            Csv.Cell cell = cells.get(columns.caption);
            String caption = columns.caption == columns.count - 1 && !cell.quoted()
                    ? rows.rest(row, columns.caption)
                    : cell.text();
            if (caption.isBlank()) {
                found.skip(row.line(), "caption");
                return;
            }
            Found.Part part = columns.split < 0 || columns.split >= cells.size()
                    ? Found.Part.ANY
                    : Found.Part.of(cells.get(columns.split).text());
            pictures.take(cells.get(columns.image).text(), row.line(), found)
                    .ifPresent(image -> found.take(new Found.Pair(row.line(), image, caption, part)));
        }
    }
}

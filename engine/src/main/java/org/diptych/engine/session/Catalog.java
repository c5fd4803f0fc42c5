package org.diptych.engine.session;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.TypeAdapter;
import com.google.gson.reflect.TypeToken;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.diptych.engine.api.ModelCard;

/// The model cards that ship: one file each in `catalog/`, named in `catalog/index.txt`.
public final class Catalog {
    private static final String FOLDER = "/org/diptych/catalog/";
    private static final Gson GSON = new GsonBuilder().registerTypeAdapter(new TypeToken<Optional<String>>() {
    }.getType(), new OptionalText()).create();

    private Catalog() {
    }

    /// @return every card, oldest first
    public static List<ModelCard> read() {
        try (BufferedReader index = reader("index.txt")) {
            return index.lines().filter(line -> !line.isBlank()).map(Catalog::card)
                    .sorted(Comparator.comparing(ModelCard::date)).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ModelCard card(String id) {
        try (BufferedReader in = reader(id + ".json")) {
            ModelCard card = GSON.fromJson(in, ModelCard.class);
            if (!card.id().equals(id)) {
                throw new IllegalStateException("card " + id + " calls itself " + card.id());
            }
            return card;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static BufferedReader reader(String name) {
        InputStream in = Catalog.class.getResourceAsStream(FOLDER + name);
        if (in == null) {
            throw new IllegalStateException("no " + FOLDER + name);
        }
        return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    }

    private static final class OptionalText extends TypeAdapter<Optional<String>> {
        @Override
        public Optional<String> read(JsonReader in) throws IOException {
            if (in.peek() == JsonToken.NULL) {
                in.nextNull();
                return Optional.empty();
            }
            return Optional.of(in.nextString());
        }

        @Override
        public void write(JsonWriter out, Optional<String> value) throws IOException {
            out.value(value.orElse(null));
        }
    }
}

package org.diptych.engine.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.diptych.engine.Engine;
import org.diptych.engine.api.LocalText;
import org.diptych.engine.api.ModelCard;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class CatalogTest {
    private final List<ModelCard> cards = Catalog.read();

    @Test
    void twelveFamiliesOldestFirst() {
        assertThat(cards).extracting(ModelCard::id).containsExactlyInAnyOrder("roberta", "uniter", "lxmert", "vilbert",
                "clip", "vilt", "albef", "vlmo", "blip", "blip2", "llava", "beit3");
        assertThat(cards).extracting(ModelCard::date).isSorted();
        assertThat(cards).allSatisfy(c -> assertThat(c.date()).matches("20(18|19|2[0-3])-(0[1-9]|1[0-2])"));
    }

    @Test
    void everyCardIsWholeInBothLanguages() {
        assertThat(cards).allSatisfy(card -> {
            Stream.of(List.of(card.idea(), card.summary()), card.parts(), card.objectives(), card.tasks())
                    .flatMap(List::stream).forEach(CatalogTest::written);
            assertThat(card.parts()).isNotEmpty();
            assertThat(card.objectives()).isNotEmpty();
            assertThat(card.tasks()).isNotEmpty();
            assertThat(card.checkpoints()).isNotEmpty()
                    .allSatisfy(p -> assertThat(p.bytes()).isGreaterThan(100_000_000L));
            assertThat(card.paper().arxiv()).matches("\\d{4}\\.\\d{5}");
            assertThat(card.flow()).isNotEmpty();
            assertThat(Engine.ships(card.id())).as("small weights of %s", card.id()).isTrue();
        });
    }

    private static void written(LocalText text) {
        assertThat(text.en()).isNotBlank();
        assertThat(text.zh()).matches(".*[\\u4e00-\\u9fff].*|[A-Za-z0-9/\\- ,，:：或、]+");
    }

    @Test
    void parentsComeEarlier() {
        Set<String> ids = cards.stream().map(ModelCard::id).collect(Collectors.toSet());
        for (ModelCard card : cards) {
            assertThat(ids).containsAll(card.parents());
            for (String parent : card.parents()) {
                ModelCard found = cards.stream().filter(c -> c.id().equals(parent)).findFirst().orElseThrow();
                assertThat(found.date()).as(card.id() + " after " + parent).isLessThanOrEqualTo(card.date());
            }
        }
    }
}

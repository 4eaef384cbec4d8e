# Accuracy of linear probes along the layers, across stage 1.
# 'gnuplot accuracy_by_layer.gp', here, draws accuracy_by_layer.svg and accuracy_by_layer.pdf from accuracy_by_layer.csv; datapackage.json describes its columns.
if (!exists('format')) {
    do for [format in 'svg pdf'] { load 'accuracy_by_layer.gp' }
    exit
}
reset
set encoding utf8
if (format eq 'svg') {
    set terminal svg size 321,203 font 'Helvetica,9.3' linewidth 1.33 background rgb 'white'
    small = ',8'
    large = ',10'
} else {
    set terminal pdfcairo size 3.34722in,2.11111in font 'Helvetica,7' fontscale 0.75 linewidth 1.5
    small = ',6'
    large = ',7.5'
}
set output 'accuracy_by_layer.'.format
set datafile separator comma
set datafile columnheaders
cell(name) = strcol(name) eq '' ? NaN : column(name)
of(line, x) = column('line') == line ? x : NaN

set lmargin at screen 0.142116
set rmargin at screen 0.810166
set tmargin at screen 0.967105
set bmargin at screen 0.177632
set border 3 linewidth 0.5
set tics nomirror out scale 0.5,0.25 offset 0,0
set xtics norotate offset 0,0.3
unset logscale x
unset logscale y
set xrange [0:5.2]
set yrange [0:1.0275]
set xtics ('0' 0, '1' 1, '2' 2, '3' 3, '4' 4, '5' 5) noenhanced
set ytics ('0' 0, '0.2' 0.2, '0.4' 0.4, '0.6' 0.6, '0.8' 0.8, '1.0' 1) noenhanced
set xlabel 'blocks behind the states' noenhanced offset 0,0.6
set ylabel 'accuracy held out' noenhanced offset 0.2,0
unset label
unset arrow
set arrow from graph 0, first 0.25 to graph 1, first 0.25 nohead dashtype 3 linewidth 0.7 linecolor rgb '#777777' back
set label 'most frequent class' at graph 0.01, first 0.25 left noenhanced offset 0,0.5 textcolor rgb '#555555'
set arrow from graph 0.961538, graph 0.395377 to graph 1.04348, graph 0.395377 nohead linewidth 0.4 linecolor rgb '#440154' back
set label 'step 0' at graph 1.0559, graph 0.395377 left noenhanced textcolor rgb '#440154'
set arrow from graph 0.961538, graph 0.699513 to graph 1.04348, graph 0.6 nohead linewidth 0.4 linecolor rgb '#472A79' back
set label 'step 25' at graph 1.0559, graph 0.6 left noenhanced textcolor rgb '#472A79'
set arrow from graph 0.961538, graph 0.760341 to graph 1.04348, graph 0.666667 nohead linewidth 0.4 linecolor rgb '#3D4D8A' back
set label 'step 60' at graph 1.0559, graph 0.666667 left noenhanced textcolor rgb '#3D4D8A'
set arrow from graph 0.961538, graph 0.760341 to graph 1.04348, graph 0.733333 nohead linewidth 0.4 linecolor rgb '#2F6C8E' back
set label 'step 130' at graph 1.0559, graph 0.733333 left noenhanced textcolor rgb '#2F6C8E'
set arrow from graph 0.961538, graph 0.881995 to graph 1.04348, graph 0.8 nohead linewidth 0.4 linecolor rgb '#24888D' back
set label 'step 280' at graph 1.0559, graph 0.8 left noenhanced textcolor rgb '#24888D'
set arrow from graph 0.961538, graph 0.942822 to graph 1.04348, graph 0.866667 nohead linewidth 0.4 linecolor rgb '#25A585' back
set label 'step 600' at graph 1.0559, graph 0.866667 left noenhanced textcolor rgb '#25A585'
set arrow from graph 0.961538, graph 0.942822 to graph 1.04348, graph 0.933333 nohead linewidth 0.4 linecolor rgb '#48BE6E' back
set label 'step 1250' at graph 1.0559, graph 0.933333 left noenhanced textcolor rgb '#48BE6E'
set arrow from graph 0.961538, graph 0.942822 to graph 1.04348, graph 1 nohead linewidth 0.4 linecolor rgb '#89D447' back
set label 'step 2500' at graph 1.0559, graph 1 left noenhanced textcolor rgb '#89D447'
plot \
    'accuracy_by_layer.csv' using (of(1, cell('depth'))):(cell('accuracy')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#440154' dashtype 1 notitle, \
    'accuracy_by_layer.csv' using (of(2, cell('depth'))):(cell('accuracy')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#472A79' dashtype 1 notitle, \
    'accuracy_by_layer.csv' using (of(3, cell('depth'))):(cell('accuracy')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#3D4D8A' dashtype 1 notitle, \
    'accuracy_by_layer.csv' using (of(4, cell('depth'))):(cell('accuracy')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#2F6C8E' dashtype 1 notitle, \
    'accuracy_by_layer.csv' using (of(5, cell('depth'))):(cell('accuracy')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#24888D' dashtype 1 notitle, \
    'accuracy_by_layer.csv' using (of(6, cell('depth'))):(cell('accuracy')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#25A585' dashtype 1 notitle, \
    'accuracy_by_layer.csv' using (of(7, cell('depth'))):(cell('accuracy')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#48BE6E' dashtype 1 notitle, \
    'accuracy_by_layer.csv' using (of(8, cell('depth'))):(cell('accuracy')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#89D447' dashtype 1 notitle
set output
